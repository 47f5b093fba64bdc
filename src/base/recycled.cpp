#include <gatehouse/base/recycled.hpp>

#include <array>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GATEHOUSE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define GATEHOUSE_SANITIZED 1
#endif
#endif

namespace gatehouse {

#ifdef GATEHOUSE_SANITIZED

void* Recycled::operator new(std::size_t size) { return ::operator new(size); }
void Recycled::operator delete(void* block, std::size_t size) noexcept { ::operator delete(block, size); }

#else

namespace {

constexpr std::size_t kStep = 32;           // sizes are rounded up to whole steps
constexpr std::size_t kLargest = 8 * 1024;  // larger blocks are rare: not kept
constexpr std::size_t kShelfBlocks = 128;   // kept of each size, which a few kinds of frames share

struct Block {
  Block* next;
};

struct Shelf {
  Block* first = nullptr;
  std::size_t room = 0;  // for so many blocks; none until the first block of the thread comes back
};

constinit thread_local std::array<Shelf, kLargest / kStep + 1> t_shelves{};
constinit thread_local bool t_closed = false;

/// Opens the shelves of a thread and, when the thread ends, empties and closes them.
struct Keeper {
  Keeper() {
    for (Shelf& shelf : t_shelves) shelf.room = kShelfBlocks;
  }
  ~Keeper() {
    t_closed = true;
    for (Shelf& shelf : t_shelves) {
      shelf.room = 0;
      while (Block* const block = shelf.first) {
        shelf.first = block->next;
        ::operator delete(block);
      }
    }
  }
};

constexpr std::size_t steps_of(std::size_t size) { return (size + kStep - 1) / kStep; }

/// Where a block goes for which its shelf has no room, which is also how a shelf looks that was never used.
[[gnu::noinline]] void put_elsewhere(void* block, std::size_t steps) noexcept {
  if (steps >= t_shelves.size() || t_closed) return ::operator delete(block);
  thread_local const Keeper keeper;
  Shelf& shelf = t_shelves[steps];
  if (shelf.room == 0) return ::operator delete(block);
  --shelf.room;
  shelf.first = new (block) Block{shelf.first};
}

}  // namespace

void* Recycled::operator new(std::size_t size) {
  const std::size_t steps = steps_of(size);
  if (steps < t_shelves.size()) {
    Shelf& shelf = t_shelves[steps];
    if (Block* const block = shelf.first) {
      shelf.first = block->next;
      ++shelf.room;
      return block;
    }
  }
  return ::operator new(steps * kStep);
}

void Recycled::operator delete(void* block, std::size_t size) noexcept {
  const std::size_t steps = steps_of(size);
  if (steps >= t_shelves.size() || t_shelves[steps].room == 0) return put_elsewhere(block, steps);
  Shelf& shelf = t_shelves[steps];
  --shelf.room;
  shelf.first = new (block) Block{shelf.first};
}

#endif

}  // namespace gatehouse
