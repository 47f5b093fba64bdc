#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <gatehouse/mcp/methods.hpp>
#include <gatehouse/mcp/tool_hints.hpp>

#include "gateway/policy/arguments.hpp"
#include "gateway/policy/subject.hpp"

namespace gatehouse::policy {

/// What is asked for. Names are those of the server, so that no alias, prefix or spelling of an endpoint changes what is judged.
struct Item {
  enum class Kind : std::uint8_t {
    none,
    tool,
    prompt,
    resource,
    resource_template
  };  ///< `none`: a method without an object.
  Kind kind = Kind::none;
  std::string_view method;    ///< `tools/call`, …
  std::string_view endpoint;  ///< Path.
  std::string_view server;
  std::string_view name;  ///< Name, URI (canonical) or URI template.
  mcp::ToolHints hints;   ///< Of a tool: what its server says about it.
};

/// What only a call knows. While a list is made all of it is open.
struct Circumstances {
  Arguments* arguments = nullptr;     ///< Null: open.
  std::string_view address;           ///< Of the client; "" for pipes.
  std::string_view protocol;          ///< Revision of the client.
  std::optional<WallTime> now;        ///< None: everything here is open.
  std::optional<WallTime> auth_time;  ///< When the principal logged in; none: unknown.

  [[nodiscard]] bool is_open() const { return !now; }
};

/// Everything an expression can see.
struct Facts {
  const Subject& subject;
  const Item& item;
  const Circumstances& circumstances;
  bool believes_hints = true;  ///< False: what the server says about its tool is unknown.
};

/// The names an expression can use beside `args`.
enum class Field : std::uint8_t {
  principal_subject,
  principal_issuer,
  principal_kind,
  principal_tenant,
  principal_client,
  principal_roles,
  principal_groups,
  principal_scopes,
  principal_acr,
  principal_amr,
  principal_method,
  principal_claims,
  request_method,
  request_endpoint,
  request_address,
  request_protocol,
  request_time,
  request_hour,
  request_weekday,
  tool_server,
  tool_name,
  tool_read_only,
  tool_destructive,
  tool_idempotent,
  tool_open_world,
};

/// What a rule looks at.
struct Reads {
  std::uint32_t fields = 0;  ///< Bits by Field.
  bool arguments = false;
  std::set<std::string, std::less<>> claims;  ///< First names behind `principal.claims`; "" if all of them.

  [[nodiscard]] bool has(Field field) const { return (fields & (1U << static_cast<unsigned>(field))) != 0; }
  void add(Field field) { fields |= 1U << static_cast<unsigned>(field); }
  void add(const Reads& other) {
    fields |= other.fields;
    arguments = arguments || other.arguments;
    claims.insert(other.claims.begin(), other.claims.end());
  }
  /// Something that differs from call to call.
  [[nodiscard]] bool circumstances() const {
    return arguments || has(Field::request_address) || has(Field::request_protocol) || has(Field::request_time) ||
           has(Field::request_hour) || has(Field::request_weekday);
  }
  [[nodiscard]] bool hints() const {
    return has(Field::tool_read_only) || has(Field::tool_destructive) || has(Field::tool_idempotent) ||
           has(Field::tool_open_world);
  }
};

}  // namespace gatehouse::policy
