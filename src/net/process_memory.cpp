#include "src/net/process_memory.hpp"

#include <cstdint>

#include "src/net/process_calls.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GATEHOUSE_SHADOW_MEMORY true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define GATEHOUSE_SHADOW_MEMORY true
#endif
#endif
#ifndef GATEHOUSE_SHADOW_MEMORY
#define GATEHOUSE_SHADOW_MEMORY false
#endif

namespace gatehouse::net {
namespace {

constexpr std::uintptr_t kPage = 65536;       // the largest page of any architecture
constexpr std::uintptr_t kNear = 4 * kPage;   // far more than our stack frames and thread-local storage take
constexpr std::uintptr_t kSmall = 2 * kPage;  // the data of libraries; not worth a thought

struct Range {
  std::uintptr_t begin, end;
};

struct KeptRanges {
  Range ranges[3];  // ascending
};

GATEHOUSE_BARE Range around(const void* address, std::size_t bytes) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return {(at - kNear) / kPage * kPage, (at + bytes + kNear) / kPage * kPage};
}

GATEHOUSE_BARE void sort(KeptRanges& kept) {
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      if (kept.ranges[j].begin <= kept.ranges[j + 1].begin) continue;
      const Range other = kept.ranges[j];
      kept.ranges[j] = kept.ranges[j + 1];
      kept.ranges[j + 1] = other;
    }
  }
}

GATEHOUSE_BARE void unmap(std::uintptr_t begin, std::uintptr_t end) {
  if (begin < end) ::syscall(SYS_munmap, begin, end - begin);
}

// Neighbouring mappings that look alike are one to the kernel, so what is kept may lie within something large.
GATEHOUSE_BARE void unmap_but(Range range, const KeptRanges& kept) {
  for (const Range& keep : kept.ranges) {
    if (keep.end <= range.begin || keep.begin >= range.end) continue;
    unmap(range.begin, keep.begin);
    range.begin = keep.end;
  }
  unmap(range.begin, range.end);
}

// One line of /proc/self/maps, "begin-end rwxp offset device inode name", taken character by character.
struct Line {
  Range range{0, 0};
  std::uintptr_t number = 0;
  int column = 0;     // 0 range, 1 permissions, 2 offset, 3 device, 4 inode, 5 name
  int letter = 0;     // within the column
  bool plain = true;  // private, writable, not executable, of no file
  bool heap = false;  // named "[heap]", or "[h…"

  GATEHOUSE_BARE void take(char c) {
    if (c == ' ' && column < 5) {
      if (letter == 0) return;
      if (column == 0) range.end = number;
      ++column;
      letter = 0;
      return;
    }
    const int at = letter++;
    if (column == 0 && c == '-') {
      range.begin = number;
      number = 0;
    } else if (column == 0) {
      number = number * 16 + static_cast<std::uintptr_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    } else if (column == 1) {
      plain = plain && c == "rw-p"[at & 3];
    } else if (column == 4) {
      plain = plain && c == '0';
    } else if (column == 5 && at == 0 && c != '[') {
      plain = plain && c == ' ';
      letter = plain ? 0 : letter;
    } else if (column == 5 && at == 1) {
      heap = c == 'h';
      plain = plain && (heap || c == 'a');  // "[anon:…"; neither "[stack]" nor the kernel's own
    }
  }
  [[nodiscard]] GATEHOUSE_BARE bool droppable() const { return plain && (heap || range.end - range.begin >= kSmall); }
};

}  // namespace

GATEHOUSE_BARE void forget_inherited_memory(const void* kept, std::size_t kept_bytes) {
  if constexpr (GATEHOUSE_SHADOW_MEMORY) return;  // a sanitizer needs its own
  char text[4096];
  KeptRanges ranges{{around(kept, kept_bytes), around(text, sizeof text), around(&errno, sizeof errno)}};
  sort(ranges);
  const int maps = bare::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps < 0) return;
  Line line;
  for (ssize_t size; (size = bare::read(maps, text, sizeof text)) > 0;) {
    for (ssize_t i = 0; i < size; ++i) {
      if (text[i] != '\n') {
        line.take(text[i]);
        continue;
      }
      if (line.droppable()) unmap_but(line.range, ranges);
      line = Line{};
    }
  }
  bare::close(maps);
}

}  // namespace gatehouse::net
