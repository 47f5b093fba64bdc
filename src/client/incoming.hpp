#pragma once
#include <memory>

#include <gatehouse/mcp/call.hpp>

namespace gatehouse::client {

/// One message of a server. Everything points into `answer->storage`.
struct Incoming {
  mcp::Message message;
  std::unique_ptr<mcp::Answer> answer;  ///< Complete (in canonical form) for responses; else it only owns the bytes.
};

/// Errors: bad_reply.
[[nodiscard]] Result<Incoming> read_incoming(Buffer text, mcp::Uris uris);

/// The number that we gave a request, from the id of its response or from a progress token; 0 if it is none of ours.
[[nodiscard]] std::uint64_t own_id(std::string_view raw);

/// What a method's answer has to be, beyond its form: an unknown `resultType` is invalid (TR-014).
[[nodiscard]] Result<void> check_answer(const mcp::Answer& answer);

}  // namespace gatehouse::client
