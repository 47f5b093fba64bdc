#include "src/json/tokens.hpp"

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <bit>

#include <gatehouse/base/buffer.hpp>

namespace gatehouse::json {

static_assert(kSlack >= simdjson::SIMDJSON_PADDING);

struct Tokens::Impl {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
};

namespace {

std::unexpected<Error> refuse(simdjson::error_code code) {
  switch (code) {
    case simdjson::MEMALLOC: return fail(Kind::internal, Origin::gateway, "out of memory");
    case simdjson::CAPACITY: return fail(Kind::too_large, Origin::client, "a JSON text is larger than 4 GiB");
    case simdjson::UTF8_ERROR: return fail(Kind::parse_error, Origin::client, "invalid JSON: the text is not UTF-8");
    default: return fail(Kind::parse_error, Origin::client, "invalid JSON", simdjson::error_message(code));
  }
}

/// Grows in steps, so that a slightly larger text does not mean new memory each time.
std::size_t capacity_for(std::size_t size) {
  constexpr std::size_t kLeast = 4096;
  return std::min(std::max(kLeast, std::bit_ceil(size)), simdjson::SIMDJSON_MAXSIZE_BYTES);
}

}  // namespace

Tokens::Tokens() : impl_(std::make_unique<Impl>()) {}
Tokens::~Tokens() = default;

Result<void> Tokens::scan(std::string_view text) {
  auto& stage = impl_->stage;
  simdjson::error_code code = simdjson::SUCCESS;
  if (text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES) return refuse(simdjson::CAPACITY);
  if (!stage) {
    constexpr std::size_t kDepthOfLaterStages = 1;  // which are not used
    code = simdjson::get_active_implementation()->create_dom_parser_implementation(capacity_for(text.size()),
                                                                                   kDepthOfLaterStages, stage);
  } else if (stage->capacity() < text.size()) {
    code = stage->set_capacity(capacity_for(text.size()));
  }
  if (!code) {
    code =
        stage->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), simdjson::stage1_mode::regular);
  }
  if (code) return refuse(code);
  stage->structural_indexes[stage->n_structural_indexes] = static_cast<std::uint32_t>(text.size());
  return {};
}

const std::uint32_t* Tokens::starts() const { return impl_->stage->structural_indexes.get(); }
std::uint32_t Tokens::count() const { return impl_->stage->n_structural_indexes; }

}  // namespace gatehouse::json
