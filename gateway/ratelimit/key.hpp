#pragma once
#include <gatehouse/base/siphash.hpp>

/// How much anybody may have: rates, calls at a time, places in a queue. Pure: time arrives as an argument.
namespace gatehouse::ratelimit {

/// Stands for whoever is counted.
using Key = Hash128;
using KeyHash = SpreadHash128;
using Seed = HashSeed;
using KeyMaker = SipHash<1, 3>;

}  // namespace gatehouse::ratelimit
