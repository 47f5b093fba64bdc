#include "gateway/cli/keys.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include <gatehouse/base/wall_clock.hpp>

#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/keys_place.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/config/quantity.hpp"
#include "gateway/keyfile/issue.hpp"
#include "gateway/keyfile/times.hpp"

namespace gatehouse::cli {
namespace {

using identity::ApiKeyRecord;
using keyfile::Issued;
using keyfile::Records;

std::unexpected<Error> wrong(std::string message) {
  return fail(Kind::invalid_params, Origin::client, std::move(message));
}

std::string user_name() {
  const passwd* const user = ::getpwuid(::getuid());
  return user ? user->pw_name : std::to_string(::getuid());
}

Result<keyfile::Lifetime> lifetime(std::optional<Milliseconds> wish, const KeysPlace& place) {
  const Milliseconds wanted = wish.value_or(std::min<Milliseconds>(keyfile::kUsualLifetime, place.max_lifetime));
  if (wanted < std::chrono::minutes(1)) return wrong("--expires: a key has to live for a minute at least");
  if (wanted > place.max_lifetime)
    return wrong("--expires: keys may live for " + config::format_duration(place.max_lifetime) +
                 " at most (auth.api_keys.max_lifetime)");
  return std::chrono::floor<std::chrono::seconds>(wanted);
}

/// A SHA-256 in base64url.
bool is_thumbprint(std::string_view text) {
  return text.size() == 43 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string_view::npos;
}

Result<ApiKeyRecord> wish_of(const KeysCreateOptions& options) {
  ApiKeyRecord wish;
  wish.environment = options.environment;
  wish.name = options.name;
  wish.description = options.description;
  wish.owner = options.owner;
  wish.tenant = options.tenant;
  wish.scopes = options.scopes;
  wish.roles = options.roles;
  wish.tools = options.tools;
  wish.endpoints = options.endpoints;
  wish.certificates = options.certificates;
  wish.created_by = user_name();
  for (const std::string& one : wish.certificates)
    if (!is_thumbprint(one)) return wrong("--certificate: '" + one + "' is no SHA-256 thumbprint in base64url");
  for (const std::string& one : wish.endpoints)
    if (!one.starts_with('/') && !one.starts_with('*'))
      return wrong("--endpoints: '" + one + "' is no path of an endpoint, like /mcp");
  for (const std::string& one : options.cidrs) {
    const auto range = AddressRange::parse(one);
    if (!range) return wrong("--cidr: '" + one + "' is no network like 10.0.0.0/8 or 2001:db8::/32");
    wish.cidrs.push_back(*range);
  }
  for (const std::string& one : options.attributes) {
    const auto equals = one.find('=');
    if (equals == one.npos || equals == 0) return wrong("--attribute must be 'key=value', not '" + one + "'");
    wish.attributes.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return wish;
}

/// The key alone on standard output, so that a script can take it; what to know about it on standard error.
int show_issued(const Issued& issued, bool json) {
  const ApiKeyRecord& record = issued.record;
  if (json) {
    auto value = json::Value::object({{"id", record.id},
                                      {"name", record.name},
                                      {"key", issued.text},
                                      {"expires_at", keyfile::write_time(record.expires_at)}});
    if (record.hashes.size() > 1 && record.hashes.back().not_after)
      value.set("old_secret_until", keyfile::write_time(*record.hashes.back().not_after));
    print(value.pretty() + "\n");
    return checked_output(exit_code::kOk);
  }
  print(issued.text + "\n");
  std::string note = "Key " + record.id + " works until " + keyfile::write_time(record.expires_at) + ".";
  if (record.hashes.size() > 1 && record.hashes.back().not_after)
    note += " Its old secret works until " + keyfile::write_time(*record.hashes.back().not_after) + ".";
  print_error(note + " It is shown this once and stored nowhere.\n");
  return checked_output(exit_code::kOk);
}

}  // namespace

int show_keys_failure(const Error& error) {
  if (error.kind == Kind::invalid_config)
    print_error(harmless(error.message) + "\n");
  else
    complain(error.message);
  return error.kind == Kind::io ? exit_code::kFailed : exit_code::kUsage;
}

int run_keys_create(const KeysCreateOptions& options) {
  const auto place = place_of(options.keys);
  if (!place) return exit_code::kUsage;
  const auto life = lifetime(options.expires, *place);
  if (!life) return show_keys_failure(life.error());
  const auto wish = wish_of(options);
  if (!wish) return show_keys_failure(wish.error());
  Result<Issued> issued = wrong("");
  const auto done =
      keyfile::edit(place->place, [&](Records& records, const identity::Peppers& peppers) -> Result<void> {
        issued = keyfile::create(records, peppers, *wish, *life, wall_clock());
        return issued ? Result<void>() : fail(issued.error());
      });
  if (!done) return show_keys_failure(done.error());
  if (wish->owner.empty()) print_error("warning: nobody owns this key; --owner says whose it is\n");
  return show_issued(*issued, options.keys.json);
}

int run_keys_rotate(const KeysRotateOptions& options) {
  const auto place = place_of(options.keys);
  if (!place) return exit_code::kUsage;
  const auto life = lifetime(options.expires, *place);
  if (!life) return show_keys_failure(life.error());
  Result<Issued> issued = wrong("");
  const auto done =
      keyfile::edit(place->place, [&](Records& records, const identity::Peppers& peppers) -> Result<void> {
        issued = keyfile::rotate(records, peppers, options.key, *life,
                                 std::chrono::floor<std::chrono::seconds>(options.overlap), wall_clock());
        return issued ? Result<void>() : fail(issued.error());
      });
  return done ? show_issued(*issued, options.keys.json) : show_keys_failure(done.error());
}

int run_keys_revoke(const KeysRevokeOptions& options) {
  const auto place = place_of(options.keys);
  if (!place) return exit_code::kUsage;
  Result<ApiKeyRecord> revoked = wrong("");
  const auto done = keyfile::edit(place->place, [&](Records& records, const identity::Peppers&) -> Result<void> {
    revoked = keyfile::revoke(records, options.key, options.reason, wall_clock());
    return revoked ? Result<void>() : fail(revoked.error());
  });
  if (!done) return show_keys_failure(done.error());
  if (options.keys.json)
    print(json::Value::object(
              {{"id", revoked->id}, {"name", revoked->name}, {"revoked_at", keyfile::write_time(*revoked->revoked_at)}})
              .pretty() +
          "\n");
  else
    print("Key " + revoked->id + " (" + one_line(revoked->name) + ") is revoked.\n");
  return checked_output(exit_code::kOk);
}

int run_keys_pepper(const KeysPepperOptions& options) {
  const auto place = place_of(options.keys);
  if (!place) return exit_code::kUsage;
  if (!place->place.peppers.empty()) {
    complain("peppers are configured (auth.api_keys.peppers): put a new one in front of them");
    return exit_code::kUsage;
  }
  const auto done = keyfile::add_pepper(place->place);
  if (!done) return show_keys_failure(done.error());
  print("New secrets are hashed with a new pepper; `gatehouse keys list --json` shows which keys need an older one.\n");
  return checked_output(exit_code::kOk);
}

}  // namespace gatehouse::cli
