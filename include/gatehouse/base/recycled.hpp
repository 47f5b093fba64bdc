#pragma once
#include <cstddef>

namespace gatehouse {

/// Base of what comes and goes with every call: coroutine frames, answers. A freed block waits on a shelf of its thread for the
/// next object of its size, which then costs no visit to the allocator; what a shelf keeps is bounded. A block may be
/// freed on another thread than the one it came from. Under sanitizers this is plain `operator new`, so that they see every use.
struct Recycled {
  static void* operator new(std::size_t size);
  static void operator delete(void* block, std::size_t size) noexcept;
};

}  // namespace gatehouse
