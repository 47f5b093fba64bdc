#pragma once
#include <functional>
#include <string_view>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/asking/roots.hpp"
#include "gateway/bridge/question.hpp"
#include "gateway/bridge/question_options.hpp"

/// Asking a person, or a model, or a program on the client's side, and waiting for the answer.
namespace gatehouse::asking {

/// What asking takes. Outlives every question.
struct Means {
  net::Loop& loop;
  const bridge::QuestionOptions& options;
  RootsCache& roots;
};

/// One question of one server to one client, on its way there and back.
struct Route {
  Route(const mcp::Client& who, mcp::Events& where, bridge::Asked by, mcp::Revision of)
      : client(who), events(where), declared(who.capabilities), asked(by), server(of) {}
  const mcp::Client& client;
  mcp::Events& events;               ///< Where it is asked.
  mcp::ClientCapabilities declared;  ///< What the server was told; as the client declared, unless somebody knows better.
  bridge::Asked asked;               ///< Who asks, for people.
  mcp::Revision server;              ///< What the asking server understands.
  std::move_only_function<void()> remind;  ///< Called every `reminder` while the question is open; may be empty.
};

/// Asks in the form of the client's revision and returns the answer in the form of the server's: a result, or the client's error.
/// A form that was filled in wrongly is asked once more, then counts as cancelled (GB-161). Clients with sessions have `human_wait`.
/// Errors: method_not_found or invalid_params when the client did not declare this (GB-122), timed_out, cancelled, state_lost,
/// not_bridgeable. Rules: gateway rules 6.4 to 6.6, 12.3.
Task<mcp::Reply> ask_client(const Means& means, Route& route, bridge::Question question, Cancel& cancel);

}  // namespace gatehouse::asking
