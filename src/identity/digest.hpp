#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/siphash.hpp>

namespace gatehouse::identity {

using Digest = Hash128;
using DigestHash = SpreadHash128;

/// Names for credentials, under which it is remembered what was found out about them: SipHash-2-4 with 128 bits and a secret of this
/// object. Nobody else can tell whose name it is, choose its place in a table, or make a second credential with the same name: to be found
/// under it is to be the one that was judged. Half of the time that SHA-256 takes, and no memory.
class Digester {
 public:
  Digester();
  /// Of two texts, the first of which cannot run into the second.
  [[nodiscard]] Digest operator()(std::string_view scope, std::string_view text) const {
    return SipHash<2, 4>(seed_).add(scope.size()).add(scope).add(text).finish();
  }

 private:
  HashSeed seed_;
};

/// Plain SHA-256 of some texts, in base64url, shortened to 128 bits: a public id for something secret or long.
[[nodiscard]] std::string short_id(std::string_view scope, std::string_view text);

}  // namespace gatehouse::identity
