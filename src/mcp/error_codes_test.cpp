#include <gatehouse/mcp/error_codes.hpp>

#include <gtest/gtest.h>

namespace gatehouse::mcp {
namespace {

struct Row {
  Kind kind;
  WireError legacy, modern;
};

// transports.md section 10 (the status table) and GB-392
TEST(ErrorCodes, FollowTheTable) {
  const Row rows[] = {
      {Kind::parse_error, {-32700, 400}, {-32700, 400}},
      {Kind::invalid_request, {-32600, 400}, {-32600, 400}},
      {Kind::method_not_found, {-32601, 200}, {-32601, 404}},
      {Kind::invalid_params, {-32602, 200}, {-32602, 200}},
      {Kind::missing_metadata, {-32602, 400}, {-32602, 400}},
      {Kind::not_found, {-32602, 200}, {-32602, 200}},
      {Kind::resource_not_found, {-32002, 200}, {-32602, 200}},
      {Kind::header_mismatch, {-32020, 400}, {-32020, 400}},
      {Kind::missing_capability, {-32021, 400}, {-32021, 400}},
      {Kind::unsupported_version, {-32600, 400}, {-32022, 400}},
      {Kind::session_required, {-32600, 400}, {-32600, 400}},
      {Kind::session_not_found, {-32600, 404}, {-32600, 404}},
      {Kind::forbidden_origin, {-32600, 403}, {-32600, 403}},
      {Kind::not_acceptable, {-32600, 406}, {-32600, 406}},
      {Kind::unsupported_media, {-32600, 415}, {-32600, 415}},
      {Kind::method_not_allowed, {-32600, 405}, {-32600, 405}},
      {Kind::too_large, {-32600, 413}, {-32600, 413}},
      {Kind::loop_detected, {-32600, 508}, {-32600, 508}},
      {Kind::unavailable, {-31001, 200}, {-31001, 200}},
      {Kind::connection_lost, {-31001, 200}, {-31001, 200}},
      {Kind::outcome_unknown, {-31001, 200}, {-31001, 200}},
      {Kind::shutting_down, {-31001, 503}, {-31001, 503}},
      {Kind::timed_out, {-31002, 200}, {-31002, 200}},
      {Kind::not_bridgeable, {-31003, 200}, {-31003, 200}},
      {Kind::input_refused, {-31005, 200}, {-31005, 200}},
      {Kind::state_lost, {-31004, 200}, {-31004, 200}},
      {Kind::limit_exceeded, {-31007, 200}, {-31007, 200}},
      {Kind::throttled, {-31007, 429}, {-31007, 429}},
      {Kind::bad_credential_form, {-31016, 400}, {-31016, 400}},
      {Kind::unauthenticated, {-31010, 401}, {-31010, 401}},
      {Kind::invalid_credential, {-31011, 401}, {-31011, 401}},
      {Kind::login_too_weak, {-31013, 401}, {-31013, 401}},
      {Kind::insufficient_scope, {-31014, 403}, {-31014, 403}},
      {Kind::denied, {-31006, 403}, {-31006, 403}},
      {Kind::verifier_unavailable, {-31015, 503}, {-31015, 503}},
      {Kind::cancelled, {-32603, 200}, {-32603, 200}},
      {Kind::bad_reply, {-32603, 200}, {-32603, 200}},
      {Kind::io, {-32603, 200}, {-32603, 200}},
      {Kind::invalid_config, {-32603, 200}, {-32603, 200}},
      {Kind::internal, {-32603, 200}, {-32603, 200}},
  };
  EXPECT_EQ(std::size(rows), static_cast<std::size_t>(Kind::internal) + 1) << "a kind is missing here";
  for (const Row& row : rows) {
    for (const Revision revision : kRevisions) {
      const WireError expected = is_modern(revision) ? row.modern : row.legacy;
      const WireError found = wire_error(row.kind, revision);
      EXPECT_EQ(found.code, expected.code) << to_string(row.kind) << " in " << to_string(revision);
      EXPECT_EQ(found.http_status, expected.http_status) << to_string(row.kind) << " in " << to_string(revision);
    }
  }
}

// Spec: 2026-07-28 basic/index, "Error Codes": nothing undefined from the reserved ranges
TEST(ErrorCodes, ModernClientsNeverGetForbiddenCodes) {
  for (int kind = 0; kind <= static_cast<int>(Kind::internal); ++kind) {
    const int c = wire_error(static_cast<Kind>(kind), kLatest).code;
    EXPECT_FALSE(c <= -32000 && c >= -32019) << c;
    EXPECT_FALSE(c <= -32023 && c >= -32099) << c;
  }
}

// TR-623, TR-626
TEST(ErrorCodes, KnowsWhatOnlyModernServersSay) {
  for (const int c : {-32020, -32021, -32022}) EXPECT_TRUE(is_modern_only(c)) << c;
  for (const int c : {-32700, -32601, -32602, -32000, -32001, -32002, -32019, -32023, -32042, 0, 1})
    EXPECT_FALSE(is_modern_only(c)) << c;
}

}  // namespace
}  // namespace gatehouse::mcp
