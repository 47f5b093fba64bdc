#include <gatehouse/identity/surroundings.hpp>

namespace gatehouse::identity {

Verifier* Surroundings::verifier_for(const Circumstances& around) const {
  if (headers_ && (!certificates_ || headers_->believes(around.exchange))) return headers_.get();
  return certificates_.get();
}

std::optional<Verdict> Surroundings::known(std::string_view credential, const Circumstances& around) {
  Verifier* const verifier = verifier_for(around);
  return verifier ? verifier->known(credential, around) : nobody_yet(around.place);
}

Task<Verdict> Surroundings::verify(std::string_view credential, const Circumstances& around) {
  auto verdict = known(credential, around);
  co_return std::move(*verdict);
}

bool Surroundings::still_good(const mcp::Principal& who, mcp::WallTime now) const {
  if (who.auth.method == "trusted_header") return headers_ && headers_->still_good(who, now);
  return who.auth.method == "certificate" && certificates_ && certificates_->still_good(who, now);
}

}  // namespace gatehouse::identity
