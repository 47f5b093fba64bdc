#include <optional>
#include <sstream>
#include <string>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "gateway/config/tree.hpp"

namespace gatehouse::config {
namespace {

class Conversion {
 public:
  std::expected<Node, Problem> run(const YAML::Node& node, int line, int depth) {
    Node out;
    out.line = node.Mark().line >= 0 && !node.Mark().is_null() ? node.Mark().line + 1 : line;
    if (++nodes_ > kMaxTreeNodes) return refuse(out.line, "too many values (aliases count each time they are used)");
    if (depth > kMaxTreeDepth) return refuse(out.line, "nested too deeply");
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null: return out;
      case YAML::NodeType::Scalar:
        out.kind = Node::Kind::scalar;
        out.text = node.Scalar();
        out.quoted = node.Tag() == "!";
        return out;
      case YAML::NodeType::Sequence: return list(node, std::move(out), depth);
      case YAML::NodeType::Map: return map(node, std::move(out), depth);
    }
    return out;
  }

 private:
  static std::unexpected<Problem> refuse(int line, std::string message) {
    return std::unexpected(Problem{"", line, "", std::move(message)});
  }

  std::expected<Node, Problem> list(const YAML::Node& node, Node out, int depth) {
    out.kind = Node::Kind::list;
    for (const YAML::Node& item : node) {
      auto child = run(item, out.line, depth + 1);
      if (!child) return child;
      out.items.push_back(std::move(*child));
    }
    return out;
  }

  std::expected<Node, Problem> map(const YAML::Node& node, Node out, int depth) {
    out.kind = Node::Kind::map;
    for (const auto& pair : node) {
      const int line = pair.first.Mark().line + 1;
      if (!pair.first.IsScalar()) return refuse(line, "a key must be text");
      if (pair.first.Scalar() == "<<")
        return refuse(line, "merge keys ('<<') are not supported; repeat the values or use an alias");
      auto child = run(pair.second, line, depth + 1);
      if (!child) return child;
      out.members.push_back({pair.first.Scalar(), line, std::move(*child)});
    }
    return out;
  }

  int nodes_ = 0;
};

/// Where a document begins.
class Glance : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { begin = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  YAML::Mark begin;
};

/// Looks for a second document and no further: YAML::LoadAll finds one after the other, without end, where a text is such that the parser
/// cannot move on, like one that begins with a comma.
std::optional<Problem> objection(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Glance first, second;
  if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return std::nullopt;
  if (second.begin.pos == first.begin.pos)
    return Problem{"", second.begin.line + 1, "", "not valid YAML: a value cannot begin like this"};
  return Problem{"", second.begin.line + 1, "", "more than one YAML document ('---') in the file"};
}

}  // namespace

std::expected<Node, Problem> read_yaml(std::string_view text) {
  try {
    const std::string whole(text);
    if (auto problem = objection(whole)) return std::unexpected(std::move(*problem));
    return Conversion{}.run(YAML::Load(whole), 1, 0);
  } catch (const YAML::Exception& e) {
    return std::unexpected(Problem{"", e.mark.is_null() ? 0 : e.mark.line + 1, "", "not valid YAML: " + e.msg});
  }
}

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members)
    if (member.key == key) return &member.value;
  return nullptr;
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::scalar: return "a single value";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
  }
  return "";
}

}  // namespace gatehouse::config
