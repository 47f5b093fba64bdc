#include <gtest/gtest.h>

#include <gatehouse/json/reader.hpp>

#include "src/json/padded_test.hpp"

namespace gatehouse::json {
namespace {

using test::Padded;

/// Walks the members of `text` with `visit`.
Result<std::string_view> members_of(const Padded& text,
                                    FunctionRef<Result<void>(std::string_view, const char*, Node&)> visit) {
  Result<std::string_view> bytes;
  auto walked = reader().walk(text.view(), [&](Node& root) -> Result<void> {
    bytes = root.members(visit);
    return bytes ? Result<void>{} : fail(bytes.error());
  });
  if (!walked) return fail(walked.error());
  return bytes;
}

TEST(Node, GivesTheExactBytesOfEveryType) {
  const Padded text(
      " { \"s\" : \"a b\" , \"n\" : -1.5 ,\t\"t\":true\n,\"z\" : null , \"o\" : { \"x\" : [ ] } , \"a\" : [ 1 , 2 "
      "]\r\n} ");
  std::string seen;
  const auto bytes = members_of(text, [&seen](std::string_view key, const char*, Node& value) -> Result<void> {
    seen.append(key).append("=").append(value.raw().value()).append(";");
    return {};
  });
  EXPECT_EQ(seen, R"(s="a b";n=-1.5;t=true;z=null;o={ "x" : [ ] };a=[ 1 , 2 ];)");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->front(), '{');
  EXPECT_EQ(bytes->back(), '}');
  EXPECT_EQ(bytes->data(), text.view().data() + 1);
  EXPECT_EQ(bytes->size(), text.view().size() - 2);
}

TEST(Node, GivesTheBytesOfAContainerAfterItWasVisitedToo) {
  const Padded text(R"({"p" : { "a" : { "deep" : [ 1 ] } , "b" : 2 } , "after" : 1})");
  std::string_view visited;
  std::string_view later;
  const auto bytes = members_of(text, [&](std::string_view key, const char*, Node& value) -> Result<void> {
    if (key != "p") return {};
    auto inner = value.members([](std::string_view, const char*, Node&) -> Result<void> { return {}; });
    visited = inner.value();
    later = value.raw().value();
    return {};
  });
  ASSERT_TRUE(bytes);
  EXPECT_EQ(visited, R"({ "a" : { "deep" : [ 1 ] } , "b" : 2 })");
  EXPECT_EQ(later.data(), visited.data());
  EXPECT_EQ(later, visited);
}

TEST(Node, MayBeVisitedMoreThanOnce) {
  const Padded text(R"([[1,2],"\n"])");
  int count = 0;
  EXPECT_TRUE(reader().walk(text.view(), [&count](Node& root) -> Result<void> {
    for (int round = 0; round < 2; ++round) {
      auto bytes = root.elements([&count](Node& value) -> Result<void> {
        if (value.type().value() == Type::string) {
          EXPECT_EQ(value.string().value(), "\n");
          EXPECT_EQ(value.string().value(), "\n");
          return {};
        }
        (void)value.raw();
        auto inner = value.elements([&count](Node&) -> Result<void> {
          ++count;
          return {};
        });
        return inner ? Result<void>{} : fail(inner.error());
      });
      if (!bytes) return fail(bytes.error());
    }
    return {};
  }));
  EXPECT_EQ(count, 4);
}

TEST(Node, UnescapesKeysAndStrings) {
  const Padded text(R"({"na\u006de":"a\/b","\u0000":"plain","":""})");
  std::string seen;
  const auto bytes = members_of(text, [&](std::string_view key, const char* key_begin, Node& value) -> Result<void> {
    EXPECT_EQ(*key_begin, '"');
    const bool in_source = key.data() == key_begin + 1;
    EXPECT_EQ(in_source, key.empty());
    seen.append(key).append("=").append(value.string().value()).append(";");
    return {};
  });
  ASSERT_TRUE(bytes);
  EXPECT_EQ(seen, std::string("name=a/b;\0=plain;=;", 19));
}

TEST(Node, PointsIntoTheSourceWhereNothingIsEscaped) {
  const Padded text(R"({"k":"value"})");
  const auto bytes = members_of(text, [&](std::string_view key, const char* key_begin, Node& value) -> Result<void> {
    EXPECT_EQ(key.data(), key_begin + 1);
    EXPECT_EQ(value.string().value().data(), text.view().data() + 6);
    return {};
  });
  EXPECT_TRUE(bytes);
}

TEST(Node, RefusesHalfSurrogatePairsWhereATextIsAskedFor) {
  const Padded in_value(R"({"k":"\ud83d"})");
  const auto bytes = members_of(in_value, [](std::string_view, const char*, Node& value) -> Result<void> {
    EXPECT_EQ(value.raw().value(), R"("\ud83d")");
    EXPECT_EQ(value.string().error().kind, Kind::parse_error);
    return {};
  });
  EXPECT_TRUE(bytes);
  const auto in_key =
      members_of(Padded(R"({"\ud83d":1})"), [](std::string_view, const char*, Node&) -> Result<void> { return {}; });
  ASSERT_FALSE(in_key);
  EXPECT_EQ(in_key.error().kind, Kind::parse_error);
}

TEST(Node, SaysWhenTheTypeIsAnotherAndTheWalkGoesOn) {
  int count = 0;
  const auto visit = [&count](std::string_view, const char*, Node& value) -> Result<void> {
    const Type type = value.type().value();
    const auto object = value.object();
    const auto array = value.elements([](Node&) -> Result<void> { return {}; });
    const auto string = value.string();
    EXPECT_EQ(object.has_value(), type == Type::object);
    EXPECT_EQ(array.has_value(), type == Type::array);
    EXPECT_EQ(string.has_value(), type == Type::string);
    for (const Kind kind :
         {object ? Kind::invalid_params : object.error().kind, array ? Kind::invalid_params : array.error().kind,
          string ? Kind::invalid_params : string.error().kind}) {
      EXPECT_EQ(kind, Kind::invalid_params);
    }
    ++count;
    return {};
  };
  EXPECT_TRUE(members_of(Padded(R"({"a":1,"b":"","c":[],"d":{},"e":true,"f":null})"), visit));
  EXPECT_EQ(count, 6);
}

TEST(Node, TellsTheTypes) {
  const Padded text(R"([{},[],"",-1,0,true,false,null])");
  std::vector<Type> types;
  EXPECT_TRUE(reader().walk(text.view(), [&types](Node& root) -> Result<void> {
    auto bytes = root.elements([&types](Node& value) -> Result<void> {
      types.push_back(value.type().value());
      return {};
    });
    return bytes ? Result<void>{} : fail(bytes.error());
  }));
  EXPECT_EQ(types, (std::vector{Type::object, Type::array, Type::string, Type::number, Type::number, Type::boolean,
                                Type::boolean, Type::null}));
}

TEST(Node, ContinuesBehindAValueWhoseVisitWasCutShort) {
  const Padded text(R"({"p":{"a":[1,2,[3]],"b":2},"id":7})");
  std::string_view id;
  const auto bytes = members_of(text, [&id](std::string_view key, const char*, Node& value) -> Result<void> {
    if (key == "id") id = value.raw().value();
    if (key == "p") {
      auto inner = value.members([](std::string_view, const char*, Node& deep) -> Result<void> {
        (void)deep.elements([](Node&) -> Result<void> { return fail(Kind::internal, Origin::gateway, "enough"); });
        return fail(Kind::internal, Origin::gateway, "enough");
      });
      EXPECT_FALSE(inner);
    }
    return {};
  });
  EXPECT_TRUE(bytes);
  EXPECT_EQ(id, "7");
}

TEST(Node, CollectsAnObjectsMembersInOrder) {
  const Padded text(R"({"b":1, "a" : [2] ,"b":3})");
  EXPECT_TRUE(reader().walk(text.view(), [&text](Node& root) -> Result<void> {
    const auto view = root.object().value();
    EXPECT_EQ(view.text, text.view());
    EXPECT_EQ(view.members.size(), 3u);
    EXPECT_EQ(view.members[1].value, "[2]");
    EXPECT_EQ(view.find("b")->value, "1");
    EXPECT_EQ(*view.members[2].begin, '"');
    return {};
  }));
}

}  // namespace
}  // namespace gatehouse::json
