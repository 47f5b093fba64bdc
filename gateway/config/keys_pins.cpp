#include <array>

#include "gateway/config/field.hpp"

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 3> kOnChange = {"alert", "hide", "refuse"};
constexpr std::array<std::string_view, 2> kOnNew = {"approve", "hide"};

constexpr std::array kPins = {
    Key{"file", Shape::text, at<&ToolPins::file>,
        "Where it is written down what was approved and what changed. `gatehouse tools approve` and `diff` work on "
        "it."},
    one_of(kOnChange,
           {"on_change", Shape::choice, at<&ToolPins::on_change>,
            "What happens to a tool whose definition changes. `alert`: the log and a metric say so. `hide`: it "
            "does not exist until it is approved. `refuse`: it is shown as it was approved, and calls are "
            "refused."}),
    one_of(kOnNew,
           {"on_new", Shape::choice, at<&ToolPins::on_new>,
            "What happens to a tool that was never seen. `approve`: it is trusted. `hide`: it does not exist until "
            "it is approved."}),
    in(1, 100'000,
       {"max_tools", Shape::count, at<&ToolPins::max_tools>,
        "Tools of one server that are noted. More of them are hidden, or with `alert` and `approve` shown, and the log "
        "says so."}),
    in(kKiB, 64 * kMiB,
       {"max_bytes", Shape::bytes, at<&ToolPins::max_bytes>, "The same for all definitions of one server together."}),
};

}  // namespace

const Section& pins_section() {
  static const Section section{"pins", "Tools are noted as they are first seen; what changes later has to be approved.",
                               kPins, &fresh<ToolPins>};
  return section;
}

}  // namespace gatehouse::config
