#include "tests/golden/hops.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <gatehouse/transport/render.hpp>

#include "gateway/bridge/lift.hpp"
#include "gateway/bridge/lower.hpp"
#include "src/client/incoming.hpp"
#include "src/client/outgoing.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::test {
namespace {

constexpr std::string_view kWho = R"({"name":"gatehouse","version":"1"})";
constexpr std::string_view kNamePrefix = "crm.", kUriPrefix = "gh-crm+";
constexpr std::uint64_t kId = 9001;

std::string expose(std::string_view uri) { return std::string(kUriPrefix).append(uri); }

std::string_view without(std::string_view prefix, std::string_view text) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text;
}

std::string local_of(const mcp::Message& request) {
  if (mcp::target_of(request.method) == mcp::Target::reference) {
    const auto reference = bridge::read_reference(request);
    if (!reference) return {};
    return std::string(without(reference->is_prompt ? kNamePrefix : kUriPrefix, reference->key));
  }
  if (request.params.uri.data()) return std::string(without(kUriPrefix, request.params.uri));
  return std::string(without(kNamePrefix, request.params.name));
}

/// One request on its way through.
class Hop {
 public:
  Hop(std::string_view text, mcp::Revision client, mcp::Revision server)
      : request_(text), client_(client), server_(server), local_(local_of(*request_)) {}

  [[nodiscard]] std::string sent() const {
    json::Splice params(request_->params.object.text);
    if (auto lowered = bridge::lower_request(*request_, local_, server_, params); !lowered)
      return "(refused: " + lowered.error().message + ")";
    mcp::ClientCapabilities able;
    able.elicitation_form = true;
    const client::Request request{.method = request_->method,
                                  .method_name = request_->rpc.method,
                                  .params = &request_->params,
                                  .edits = &params,
                                  .capabilities = able};
    const client::Sender sender(std::string(kWho), server_);
    return client::Outgoing(kId, request, mcp::is_modern(server_) ? &sender : nullptr).str();
  }

  [[nodiscard]] std::string answered(std::string_view text) const {
    auto incoming = client::read_incoming(Buffer::copy_of(text), mcp::Uris::collect);
    if (!incoming) return rendered(incoming.error());
    const auto expose_uri = [](std::string_view uri) { return expose(uri); };
    const std::string_view exposed = request_->params.name.data() ? request_->params.name : request_->params.uri;
    auto lifted = bridge::lift_answer(std::move(incoming->answer), {.method = request_->method,
                                                                    .server = server_,
                                                                    .client = client_,
                                                                    .server_name = "crm",
                                                                    .exposed_name = exposed,
                                                                    .expose_uri = expose_uri});
    if (!lifted) return rendered(lifted.error());
    const transport::Rendered message(request_->rpc.id, **lifted, client_, kWho);
    return std::to_string(message.http_status()) + " " + str(message.pieces());
  }

 private:
  [[nodiscard]] std::string rendered(const Error& error) const {
    const transport::Rendered message(request_->rpc.id, error, client_);
    return std::to_string(message.http_status()) + " " + str(message.pieces());
  }

  ClientMessage request_;
  mcp::Revision client_, server_;
  std::string local_;
};

/// The file's text with what came out.
std::string play(std::string_view text, mcp::Revision client, mcp::Revision server) {
  std::string out;
  std::optional<Hop> hop;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("=>") || line.starts_with("<-")) continue;
    out += line + "\n";
    if (line.starts_with("-> ")) {
      hop.emplace(line.substr(3), client, server);
      out += "=> " + hop->sent() + "\n";
    } else if (line.starts_with("<= ") && hop) {
      out += "<- " + hop->answered(line.substr(3)) + "\n";
    }
  }
  return out;
}

class HopTest final : public testing::Test {
 public:
  HopTest(std::filesystem::path file, bool update) : file_(std::move(file)), update_(update) {}

  void TestBody() override {
    const std::string name = file_.stem().string();
    const std::size_t middle = name.find("_to_");
    ASSERT_NE(middle, std::string::npos) << "the file is not named after two revisions";
    const auto client = mcp::parse_revision(name.substr(0, middle)),
               server = mcp::parse_revision(name.substr(middle + 4));
    ASSERT_TRUE(client && server) << "the file is not named after two revisions";
    std::ostringstream text;
    text << std::ifstream(file_, std::ios::binary).rdbuf();
    const std::string expected = text.str(), found = play(expected, *client, *server);
    if (update_)
      std::ofstream(file_, std::ios::binary) << found;
    else
      EXPECT_EQ(found, expected);
  }

 private:
  std::filesystem::path file_;
  bool update_;
};

}  // namespace

void add_hop_tests(bool update) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden/bridge")) {
    if (entry.path().extension() == ".hop") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    std::string name = file.stem().string();
    std::ranges::replace(name, '-', '_');
    testing::RegisterTest("Bridge", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [file, update]() -> testing::Test* { return new HopTest(file, update); });
  }
}

}  // namespace gatehouse::test
