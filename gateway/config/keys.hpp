#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/config/config.hpp"

/// The table of all keys: what is read, checked, written, documented and described by the JSON Schema comes from here.
namespace gatehouse::config {

using Texts = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Groups = std::vector<std::pair<std::string, Texts>>;

/// How a value is written.
enum class Shape { text, flag, duration, bytes, count, choice, rate, texts, pairs, groups, address, url, section };

/// A field of an enumeration, seen as an index into the key's choices.
struct Choice {
  void* field;
  std::size_t (*get)(const void* field);
  void (*set)(void* field, std::size_t index);
};

/// Where the value of a key lives.
using Slot = std::variant<std::monostate, std::string*, bool*, Milliseconds*, std::size_t*, Texts*, Pairs*, Groups*,
                          net::ListenAddress*, std::optional<net::ListenAddress>*, std::optional<net::Url>*,
                          ratelimit::Rate*, Choice>;

/// Servers are programs or addresses; some keys make sense for one of them only.
enum class Side { both, program, address };

struct Section;

/// How a section lies in the one around it: once, once or not at all, or as a list.
struct Nested {
  enum class Form { always, optional, list };
  const Section& (*section)();
  Form form;
  void* (*open)(void* owner);  ///< The part; made, if it was absent. Of a list: a new item at its end.
  std::size_t (*count)(void* owner);
  void* (*item)(void* owner, std::size_t index);
};

struct Key {
  std::string_view name;
  Shape shape;
  Slot (*slot)(void* owner);  ///< Null for sections.
  std::string_view meaning;   ///< For the manual and the schema, one or two sentences.
  std::uint64_t least = 0;    ///< Milliseconds, bytes or a count, inclusive.
  std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> choices = {};  ///< In the order of the enumeration.
  Side side = Side::both;
  bool secret = false;  ///< `file:PATH` is read; literal values are masked.
  bool or_one = false;  ///< A list of one may be written without its brackets.
  bool filled = false;  ///< An empty list or map is refused: it would mean the same as none, which is everything.
  const Nested* nested = nullptr;  ///< Of a section for which its table is all there is to know.
};

/// A map of fixed keys. `path` is how the manual calls it: "" (top), `endpoints[]`, `servers.<name>`, `limits`, …
struct Section {
  std::string_view path;
  std::string_view meaning;
  std::span<const Key> keys;
  void* (*fresh)();  ///< A default-constructed owner, never written: the source of all defaults.

  [[nodiscard]] const Key* find(std::string_view name) const;
};

/// A section inside an entry of `servers`; the single value `off` switches off what it is about.
struct ServerPart {
  std::string_view name;
  const Section& section;
  void* (*owner)(Server& server);
  bool (*is_off)(const Server& server);
  void (*turn_off)(Server& server);
};

[[nodiscard]] const Section& top_section();       ///< Owner: Config.
[[nodiscard]] const Section& admin_section();     ///< Owner: Config.
[[nodiscard]] const Section& endpoint_section();  ///< Owner: Endpoint.
[[nodiscard]] const Section& server_section();    ///< Owner: Server.
[[nodiscard]] std::span<const ServerPart> server_parts();
[[nodiscard]] const ServerPart& server_part(std::string_view name);  ///< REQUIRES: there is one.
[[nodiscard]] const Section& auth_section();                         ///< Owner: Auth.
[[nodiscard]] const Section& tokens_section();                       ///< Owner: Tokens.
[[nodiscard]] const Section& issuer_keys_section();                  ///< Owner: IssuerKeys.
[[nodiscard]] const Section& api_keys_section();                     ///< Owner: ApiKeys.
[[nodiscard]] const Section& certificates_section();                 ///< Owner: Certificates.
[[nodiscard]] const Section& certificate_grant_section();            ///< Owner: CertificateGrant.
[[nodiscard]] const Section& proxy_section();                        ///< Owner: TrustedProxy.
[[nodiscard]] const Section& proxy_assertion_section();              ///< Owner: ProxyAssertion.
[[nodiscard]] const Section& issuer_section();                       ///< Owner: TokenIssuer.
[[nodiscard]] const Section& introspection_section();                ///< Owner: TokenIntrospection.
[[nodiscard]] const Section& tls_section();                          ///< Owner: Tls.
[[nodiscard]] const Section& limits_section();                       ///< Owner: Limits.
[[nodiscard]] const Section& rates_section();                        ///< Owner: RateLimit.
[[nodiscard]] const Section& preauth_section();                      ///< Owner: Preauth.
[[nodiscard]] const Section& questions_section();                    ///< Owner: Questions.
[[nodiscard]] const Section& tasks_section();                        ///< Owner: Tasks.
[[nodiscard]] const Section& pins_section();                         ///< Owner: ToolPins.
[[nodiscard]] const Section& policy_section();                       ///< Owner: policy::PolicySource.
[[nodiscard]] std::span<const Section* const> policy_sections();     ///< It, and those in it.
[[nodiscard]] const Section& log_section();                          ///< Owner: Log.
[[nodiscard]] std::span<const Section* const> all_sections();        ///< In the order of the manual.

/// The value as one would write it in the file: `30s`, `4MiB`, `auto`. Lists and maps: not here.
[[nodiscard]] std::string scalar_text(const Key& key, const Slot& slot);

}  // namespace gatehouse::config
