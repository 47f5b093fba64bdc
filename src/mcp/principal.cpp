#include <gatehouse/mcp/principal.hpp>

#include <unistd.h>

namespace gatehouse::mcp {
namespace {

std::shared_ptr<const Principal> make_anonymous() {
  auto nobody = std::make_shared<Principal>();
  nobody->key = kAnonymous;
  return nobody;
}

std::shared_ptr<const Principal> make_local_owner() {
  auto owner = std::make_shared<Principal>();
  owner->subject = std::to_string(getuid());
  owner->key = "local:" + owner->subject;
  owner->kind = PrincipalKind::local;
  owner->auth.method = "local";
  return owner;
}

}  // namespace

std::string_view to_string(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::anonymous: return "anonymous";
    case PrincipalKind::local: return "local";
    case PrincipalKind::human: return "human";
    case PrincipalKind::service: return "service";
    case PrincipalKind::workload: return "workload";
  }
  return "anonymous";
}

std::string principal_key(std::string_view issuer, std::string_view subject) {
  std::string key = std::to_string(issuer.size());
  return key.append("|").append(issuer).append("|").append(subject);
}

const std::shared_ptr<const Principal>& anonymous() {
  static const std::shared_ptr<const Principal> nobody = make_anonymous();
  return nobody;
}

const std::shared_ptr<const Principal>& local_owner() {
  static const std::shared_ptr<const Principal> owner = make_local_owner();
  return owner;
}

}  // namespace gatehouse::mcp
