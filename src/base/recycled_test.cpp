#include <gatehouse/base/recycled.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

template <std::size_t Size>
struct Thing : Recycled {
  explicit Thing(unsigned char with) { bytes.fill(with); }
  [[nodiscard]] bool intact(unsigned char with) const {
    return std::ranges::all_of(bytes, [with](unsigned char byte) { return byte == with; });
  }
  std::array<unsigned char, Size> bytes;
};

TEST(Recycled, ObjectsOfAllSizesKeepApart) {
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<Thing<1>>> tiny;
    std::vector<std::unique_ptr<Thing<33>>> small;
    std::vector<std::unique_ptr<Thing<8192>>> large;
    std::vector<std::unique_ptr<Thing<8193>>> larger;
    for (unsigned char i = 0; i < 100; ++i) {
      tiny.push_back(std::make_unique<Thing<1>>(i));
      small.push_back(std::make_unique<Thing<33>>(i));
      large.push_back(std::make_unique<Thing<8192>>(i));
      larger.push_back(std::make_unique<Thing<8193>>(i));
    }
    for (unsigned char i = 0; i < 100; ++i) {
      EXPECT_TRUE(tiny[i]->intact(i) && small[i]->intact(i) && large[i]->intact(i) && larger[i]->intact(i));
    }
  }
}

TEST(Recycled, ABlockMayEndOnAnotherThreadAndOutliveItsOwn) {
  std::unique_ptr<Thing<100>> made;
  std::thread([&made] {
    made = std::make_unique<Thing<100>>(1);
    std::make_unique<Thing<100>>(2).reset();
  }).join();
  EXPECT_TRUE(made->intact(1));
  made.reset();
  EXPECT_TRUE(std::make_unique<Thing<100>>(3)->intact(3));
}

/// Frees its block when its thread ends, maybe after the thread's shelves are gone.
struct Late {
  std::unique_ptr<Thing<64>> thing;
};
thread_local Late t_late;

TEST(Recycled, TheEndOfAThreadIsNotTooLate) {
  for (const bool late_first : {true, false}) {
    std::thread([late_first] {
      if (!late_first) std::make_unique<Thing<64>>(1).reset();
      t_late.thing = std::make_unique<Thing<64>>(2);
      if (late_first) std::make_unique<Thing<64>>(1).reset();
    }).join();
  }
}

}  // namespace
}  // namespace gatehouse
