#include "gateway/policy/plain_uri.hpp"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

TEST(PlainUri, HasOneReadingOnly) {
  for (const char* uri : {"file:///srv/docs/a.txt", "file:///srv/docs/", "file:///",
                          "postgres://db.example/table?x=../y", "memo:insights", "test://a/b%20c",
                          "https://example.com/%C3%A9", "urn:isbn:5", "file:///srv/...", "file:///srv/.hidden"})
    EXPECT_TRUE(is_plain_uri(uri)) << uri;
  for (const char* uri :
       {"file:///srv/docs/../secret", "file:///srv/./docs", "file:///srv//secret", "file:////srv",
        "file:///srv/%2e%2e/x", "file:///srv/docs%2F..%2fsecret", "file:///srv/docs%5c..", "file:///srv\\secret",
        "file:///srv/%252e%252e/x", "file:///srv/%73ecret", "FILE:///srv", "https://Example.com/x", "no-scheme",
        "file:///srv/%", "file:///srv/%zz", "file:///srv/..", "file:///a%00b", "memo:../x"})
    EXPECT_FALSE(is_plain_uri(uri)) << uri;
}

}  // namespace
}  // namespace gatehouse::policy
