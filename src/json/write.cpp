#include <gatehouse/json/value.hpp>

namespace gatehouse::json {
namespace {

/// Writes with an own stack of open containers, so that depth costs none of the thread's.
class Writer {
 public:
  enum class Layout { compact, indented };
  Writer(std::string& out, Layout layout) : out_(out), indented_(layout == Layout::indented) {}

  void write(const Value& root) {
    begin(root);
    while (!open_.empty()) {
      Open& top = open_.back();
      if (top.next == top.size()) {
        if (top.size() > 0) new_line(open_.size() - 1);
        out_ += top.members ? '}' : ']';
        open_.pop_back();
        continue;
      }
      if (top.next > 0) out_ += ',';
      new_line(open_.size());
      const std::size_t i = top.next++;
      if (top.members) {
        append_string(out_, (*top.members)[i].first);
        out_ += indented_ ? ": " : ":";
        begin((*top.members)[i].second);
      } else {
        begin((*top.items)[i]);
      }
    }
  }

 private:
  struct Open {
    const Value::Array* items;
    const Value::Object* members;
    std::size_t next = 0;
    [[nodiscard]] std::size_t size() const { return members ? members->size() : items->size(); }
  };

  /// Writes a scalar, or opens a container.
  void begin(const Value& value) {
    if (value.is_array() || value.is_object()) {
      open_.push_back({value.as_array(), value.as_object()});
      out_ += value.is_object() ? '{' : '[';
    } else if (const auto* text = value.as_string()) {
      append_string(out_, *text);
    } else if (const auto* number = value.as_number()) {
      out_ += number->text;
    } else if (const auto flag = value.as_bool()) {
      out_ += *flag ? "true" : "false";
    } else {
      out_ += "null";
    }
  }

  void new_line(std::size_t depth) {
    if (!indented_) return;
    out_ += '\n';
    out_.append(2 * depth, ' ');
  }

  std::string& out_;
  bool indented_;
  std::vector<Open> open_;
};

}  // namespace

void Value::append_to(std::string& out) const { Writer(out, Writer::Layout::compact).write(*this); }

std::string Value::str() const {
  std::string out;
  append_to(out);
  return out;
}

std::string Value::pretty() const {
  std::string out;
  Writer(out, Writer::Layout::indented).write(*this);
  return out;
}

}  // namespace gatehouse::json
