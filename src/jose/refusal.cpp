#include <gatehouse/jose/refusal.hpp>

#include <exception>

namespace gatehouse::jose {

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_signed_token: return "not_signed_token";
    case Refusal::encrypted: return "encrypted";
    case Refusal::too_large: return "too_large";
    case Refusal::bad_encoding: return "bad_encoding";
    case Refusal::bad_json: return "bad_json";
    case Refusal::bad_header: return "bad_header";
    case Refusal::critical_extension: return "critical_extension";
    case Refusal::unknown_algorithm: return "unknown_algorithm";
    case Refusal::algorithm_not_allowed: return "algorithm_not_allowed";
    case Refusal::unknown_key: return "unknown_key";
    case Refusal::ambiguous_key: return "ambiguous_key";
    case Refusal::key_mismatch: return "key_mismatch";
    case Refusal::bad_signature: return "bad_signature";
    case Refusal::wrong_type: return "wrong_type";
    case Refusal::other_kind_of_token: return "other_kind_of_token";
    case Refusal::bad_claim: return "bad_claim";
    case Refusal::wrong_issuer: return "wrong_issuer";
    case Refusal::wrong_audience: return "wrong_audience";
    case Refusal::wrong_client: return "wrong_client";
    case Refusal::expired: return "expired";
    case Refusal::not_yet_valid: return "not_yet_valid";
    case Refusal::issued_in_future: return "issued_in_future";
    case Refusal::too_old: return "too_old";
    case Refusal::unknown_confirmation: return "unknown_confirmation";
  }
  std::terminate();
}

}  // namespace gatehouse::jose
