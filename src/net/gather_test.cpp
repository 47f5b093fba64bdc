#include "src/net/gather.hpp"

#include <array>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

constexpr std::string_view kHead = "head;";
constexpr std::array<std::string_view, 5> kPieces = {"one", "", "two two", std::string_view(), "three"};
constexpr std::string_view kAll = "head;onetwo twothree";

std::string copied(const Gather& gather, std::size_t space) {
  std::string out(space, '#');
  out.resize(gather.copy(out));
  return out;
}

std::string described(const Gather& gather) {
  std::array<iovec, 8> entries{};
  std::string out;
  for (std::size_t i = 0, count = gather.fill(entries); i < count; ++i)
    out.append(static_cast<const char*>(entries[i].iov_base), entries[i].iov_len);
  return out;
}

// Against the text as a whole: every way to send it in two steps, copied into spaces of every size.
TEST(Gather, GoesOnWhereItStopped) {
  for (std::size_t first = 0; first <= kAll.size(); ++first) {
    for (std::size_t second = 0; first + second <= kAll.size(); ++second) {
      Gather gather(kHead, kPieces);
      gather.sent(first);
      gather.sent(second);
      const std::string_view rest = kAll.substr(first + second);
      ASSERT_EQ(gather.size(), rest.size());
      ASSERT_EQ(gather.empty(), rest.empty());
      ASSERT_EQ(described(gather), rest);
      for (std::size_t space = 0; space <= kAll.size() + 1; ++space)
        ASSERT_EQ(copied(gather, space), rest.substr(0, space)) << first << " and " << second << " into " << space;
    }
  }
}

}  // namespace
}  // namespace gatehouse::net
