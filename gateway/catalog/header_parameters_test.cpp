#include "gateway/catalog/header_parameters.hpp"

#include <gtest/gtest.h>

namespace gatehouse::catalog {
namespace {

using Texts = std::vector<std::string>;

Annotations annotations(std::string_view schema) { return read_annotations(json::parse(schema).value()); }

HeaderParameters parameters(std::string_view schema) {
  auto found = annotations(schema);
  if (!found.problems.empty()) throw std::logic_error(found.problems.front());
  return std::move(found.valid);
}

const HeaderParameters& orders() {
  static const HeaderParameters all = parameters(R"({"type":"object","properties":{
    "site":{"type":"string","x-mcp-header":"Site"}, "qty":{"type":"integer","x-mcp-header":"Qty"},
    "rush":{"type":"boolean","x-mcp-header":"Rush"},
    "to":{"type":"object","properties":{"region":{"type":["string","null"],"x-mcp-header":"To-Region"}}}}})");
  return all;
}

std::string checked(std::vector<net::Header> headers, std::string_view arguments) {
  const auto result = check_header_parameters(orders(), headers, arguments);
  if (result) return "fits";
  return std::string(to_string(result.error().kind));
}

Texts made(std::string_view arguments) {
  Texts lines;
  const auto all = make_header_parameters(orders(), arguments).value();
  for (const auto& [name, value] : all) lines.push_back(name + ": " + value);
  return lines;
}

// TR-551, TR-554
TEST(ReadAnnotations, FindsThemThroughPropertiesOnly) {
  ASSERT_EQ(orders().size(), 4U);
  EXPECT_EQ(orders()[0].header, "Mcp-Param-Site");
  EXPECT_EQ(orders()[3].path, (Texts{"to", "region"}));
  EXPECT_TRUE(annotations(R"({"properties":{"x-mcp-header":{"type":"string"}}})").valid.empty()) << "a property's name";
  EXPECT_TRUE(annotations(R"({"default":{"x-mcp-header":"A"},"enum":[{"x-mcp-header":"B"}]})").problems.empty())
      << "data";
}

// TR-552 to TR-554
TEST(ReadAnnotations, SaysWhatIsWrong) {
  const char* invalid[] = {
      R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})",
      R"({"properties":{"a":{"type":"string","x-mcp-header":7}}})",
      R"({"properties":{"a":{"type":"string","x-mcp-header":"a b"}}})",
      R"({"properties":{"a":{"type":"string","x-mcp-header":"a\r\nb"}}})",
      R"({"properties":{"a":{"type":"string","x-mcp-header":"\u00e9"}}})",
      R"({"properties":{"a":{"type":"number","x-mcp-header":"A"}}})",
      R"({"properties":{"a":{"type":"object","x-mcp-header":"A"}}})",
      R"({"properties":{"a":{"type":["string","integer"],"x-mcp-header":"A"}}})",
      R"({"properties":{"a":{"x-mcp-header":"A"}}})",
      R"({"type":"string","x-mcp-header":"A"})",
      R"({"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}})",
      R"({"properties":{"a":{"items":{"properties":{"b":{"type":"string","x-mcp-header":"A"}}}}}})",
      R"({"oneOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})",
      R"({"if":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}})",
      R"({"$defs":{"x":{"type":"string","x-mcp-header":"A"}}})",
      R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}})",
  };
  for (const char* schema : invalid) EXPECT_EQ(annotations(schema).problems.size(), 1U) << schema;
}

TEST(ReadAnnotations, IsBounded) {
  std::string schema;
  for (int i = 0; i < 40; ++i)
    schema += (i ? ",\"p" : "\"p") + std::to_string(i) + R"(":{"type":"string","x-mcp-header":"H)" + std::to_string(i) +
              "\"}";
  const auto found = annotations("{\"properties\":{" + schema + "}}");
  EXPECT_EQ(found.valid.size(), kMaxHeaderParameters);
  EXPECT_EQ(found.problems.size(), 40 - kMaxHeaderParameters);
}

// GB-253, GB-254
TEST(StripAnnotations, RemovesAllOrTheInvalidOnes) {
  auto schema =
      json::parse(
          R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"number","x-mcp-header":"B"}}})")
          .value();
  EXPECT_TRUE(strip_annotations(schema, Strip::invalid));
  EXPECT_EQ(schema.str(), R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"number"}}})");
  EXPECT_FALSE(strip_annotations(schema, Strip::invalid));
  EXPECT_TRUE(strip_annotations(schema, Strip::all));
  EXPECT_EQ(schema.str(), R"({"properties":{"a":{"type":"string"},"b":{"type":"number"}}})");
}

// TR-560 to TR-565, scenario 9
TEST(CheckHeaderParameters, ComparesValuesNotSpellings) {
  EXPECT_EQ(checked({}, ""), "fits");
  EXPECT_EQ(checked({}, "{}"), "fits");
  EXPECT_EQ(checked({{"mcp-param-SITE", "oslo"}}, R"({"site":"oslo"})"), "fits") << "names have no case";
  EXPECT_EQ(checked({{"Mcp-Param-Site", "Oslo"}}, R"({"site":"oslo"})"), "header_mismatch") << "values have";
  EXPECT_EQ(checked({{"Mcp-Param-Site", "=?base64?WsO8cmljaA==?="}}, R"({"site":"Z\u00fcrich"})"), "fits");
  EXPECT_EQ(checked({{"Mcp-Param-Site", "=?base64?b3Nsbw==?="}}, R"({"site":"oslo"})"), "fits")
      << "needless, but right";
  EXPECT_EQ(checked({{"Mcp-Param-Site", "=?base64?b3Nsbw?="}}, R"({"site":"oslo"})"), "header_mismatch")
      << "bad Base64";
  EXPECT_EQ(checked({{"Mcp-Param-Site", "=?BASE64?b3Nsbw==?="}}, R"({"site":"oslo"})"), "header_mismatch");
  EXPECT_EQ(checked({{"Mcp-Param-Site", ""}}, R"({"site":""})"), "fits");
  EXPECT_EQ(checked({{"Mcp-Param-Qty", "42"}}, R"({"qty":42.0})"), "fits");
  EXPECT_EQ(checked({{"Mcp-Param-Qty", "42.0"}}, R"({"qty":42})"), "fits");
  EXPECT_EQ(checked({{"Mcp-Param-Qty", "9007199254740993"}}, R"({"qty":9007199254740992})"), "header_mismatch");
  EXPECT_EQ(checked({{"Mcp-Param-Qty", "x"}}, R"({"qty":1})"), "header_mismatch");
  EXPECT_EQ(checked({{"Mcp-Param-Qty", "1"}}, R"({"qty":"1"})"), "fits") << "the type is the server's business";
  EXPECT_EQ(checked({{"Mcp-Param-Rush", "true"}}, R"({"rush":true})"), "fits");
  EXPECT_EQ(checked({{"Mcp-Param-Rush", "True"}}, R"({"rush":true})"), "header_mismatch");
  EXPECT_EQ(checked({{"Mcp-Param-To-Region", "eu"}}, R"({"to":{"region":"eu"}})"), "fits") << "nested";
}

TEST(CheckHeaderParameters, WantsAHeaderForEachPresentValueAndForNoOther) {
  EXPECT_EQ(checked({}, R"({"site":"oslo"})"), "header_mismatch");
  EXPECT_EQ(checked({}, R"({"to":{"region":"eu"}})"), "header_mismatch");
  EXPECT_EQ(checked({}, R"({"to":{"region":null},"site":null})"), "fits");
  EXPECT_EQ(checked({{"Mcp-Param-Site", "oslo"}}, R"({"site":null})"), "header_mismatch");
  EXPECT_EQ(checked({{"Mcp-Param-Site", "oslo"}}, "{}"), "header_mismatch");
  EXPECT_EQ(checked({{"Mcp-Param-Other", "x"}}, "{}"), "fits") << "not ours to judge (TR-566)";
  EXPECT_EQ(checked({{"Mcp-Param-Site", "oslo"}, {"mcp-param-site", "oslo"}}, R"({"site":"oslo"})"), "header_mismatch");
  EXPECT_EQ(checked({{"Mcp-Param-Site", "a"}}, R"({"site":"a","site":"b"})"), "header_mismatch") << "which one?";
  EXPECT_EQ(checked({{"Mcp-Param-Site", "a"}}, R"({"site":["a"]})"), "header_mismatch");
  EXPECT_EQ(checked({}, R"([1])"), "fits") << "no object, no values";
}

// TR-556, TR-559, TR-561
TEST(MakeHeaderParameters, MirrorsTheArguments) {
  EXPECT_EQ(made(R"({"site":"oslo","sku":"K","qty":3.0,"rush":false,"to":{"region":"eu"}})"),
            (Texts{"Mcp-Param-Site: oslo", "Mcp-Param-Qty: 3", "Mcp-Param-Rush: false", "Mcp-Param-To-Region: eu"}));
  EXPECT_EQ(made(R"({"site":null,"to":7})"), Texts{});
  EXPECT_EQ(made(""), Texts{});
  EXPECT_EQ(made(R"({"site":" x\r\nEvil: 1"})"), (Texts{"Mcp-Param-Site: =?base64?IHgNCkV2aWw6IDE=?="}));
  EXPECT_EQ(made(R"({"site":{"a":1}})"), Texts{});
  EXPECT_EQ(make_header_parameters(orders(), R"({"a":1,"a":2})").error().kind, Kind::invalid_params);
}

TEST(MakeHeaderParameters, WhatItMakesPassesTheCheck) {
  for (const char* arguments : {R"({"site":"=?base64?x?=","qty":-7,"rush":true})", R"({"site":"","qty":1e3})",
                                R"({"site":"\u0000","to":{"region":"\t"}})", R"({"qty":1.5})", R"({"site":12})"}) {
    std::vector<net::Header> headers;
    const auto all = make_header_parameters(orders(), arguments).value();
    for (const MadeHeader& header : all) headers.push_back({header.name, header.value});
    EXPECT_EQ(checked(headers, arguments), "fits") << arguments;
  }
}

// GB-252
TEST(MergeHeaders, TheClientCannotReplaceWhatIsMade) {
  const std::vector<MadeHeader> mine = {{"Mcp-Param-Site", "oslo"}};
  const std::vector<net::Header> theirs = {{"mcp-param-site", "bergen"}, {"Mcp-Param-Extra", "1"}};
  const auto merged = merge_headers(mine, theirs);
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].value, "oslo");
  EXPECT_EQ(merged[1].name, "Mcp-Param-Extra");
}

}  // namespace
}  // namespace gatehouse::catalog
