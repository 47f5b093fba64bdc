#pragma once
#include <cstddef>

namespace gatehouse::net {

/// Gives back the memory that a fork inherited and will not use: heaps and the stacks of other threads. Without this, each guard
/// would keep alive every page as it was at its birth that its parent changes later: the size of the parent's heap, per child.
/// Keeps `kept`, the caller's stack and its thread-local storage. Under the rules of process_guard.hpp; does nothing where
/// /proc is missing or a sanitizer needs its shadow memory.
void forget_inherited_memory(const void* kept, std::size_t kept_bytes);

}  // namespace gatehouse::net
