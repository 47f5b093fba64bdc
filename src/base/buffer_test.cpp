#include <gatehouse/base/buffer.hpp>

#include <string>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Buffer, KeepsItsBytesWhereTheyAreWhenMoved) {
  Buffer first = Buffer::copy_of("hello");
  const char* const bytes = first.data();
  const Buffer second = std::move(first);
  EXPECT_EQ(second.data(), bytes);
  EXPECT_EQ(second.view(), "hello");
}

TEST(Buffer, AppendGrowsAndKeepsWhatWasThere) {
  Buffer buffer(4);
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    buffer.append("abc");
    expected += "abc";
  }
  EXPECT_EQ(buffer.view(), expected);
  EXPECT_GE(buffer.capacity(), expected.size());
}

TEST(Buffer, AppendsItsOwnBytes) {
  Buffer buffer = Buffer::copy_of("abc");
  buffer.append(buffer.view());
  EXPECT_EQ(buffer.view(), "abcabc");
}

TEST(Buffer, DropsTheFront) {
  Buffer buffer = Buffer::copy_of("abcdef");
  buffer.drop_front(2);
  EXPECT_EQ(buffer.view(), "cdef");
  buffer.drop_front(4);
  EXPECT_EQ(buffer.view(), "");
}

TEST(Buffer, ReserveNeverShrinks) {
  Buffer buffer = Buffer::copy_of("abc");
  buffer.reserve(1000);
  EXPECT_GE(buffer.free(), 997u);
  buffer.reserve(10);
  EXPECT_GE(buffer.capacity(), 1000u);
  EXPECT_EQ(buffer.view(), "abc");
}

TEST(Buffer, HasSlackBehindItsCapacity) {
  Buffer buffer(10);
  for (std::size_t i = 0; i < 10 + kSlack; ++i) buffer.data()[i] = 'x';  // a sanitizer would object to one byte more
  EXPECT_EQ(buffer.data()[9 + kSlack], 'x');
}

TEST(Buffer, EmptyOneHasNoMemory) {
  Buffer buffer;
  EXPECT_FALSE(buffer);
  buffer.append("");
  buffer.drop_front(0);
  EXPECT_EQ(buffer.view(), "");
}

}  // namespace
}  // namespace gatehouse
