#include <gatehouse/net/certificate.hpp>

#include <unistd.h>

#include <filesystem>

#include "src/net/certificate_test_support.hpp"
#include "src/net/http_test_support.hpp"
#include "src/net/tls_files.hpp"

namespace gatehouse::net::test {
namespace {

/// Says what it knows of the client's certificate.
class Telling final : public HttpHandler {
 public:
  Task<void> serve(HttpExchange& exchange) override {
    std::string text = "none";
    if (const PeerCertificate* const one = exchange.peer_certificate()) {
      text = one->subject;
      for (const std::string& uri : one->uris) text += " uri:" + uri;
      for (const std::string& name : one->dns_names) text += " dns:" + name;
      thumbprint = one->thumbprint;
      not_after = one->not_after;
    }
    json::Pieces body;
    body.push_back(text);
    (void)co_await exchange.respond(200, {}, body);
  }
  std::string thumbprint;
  std::chrono::sys_seconds not_after{};
};

struct ClientCertificateTest : testing::Test {
  ClientCertificateTest() {
    std::filesystem::create_directory(directory);
    authority.write(directory + "/ca.pem");
    stranger.write(directory + "/stranger.pem");
    own.write(directory + "/own.pem", directory + "/own.key");
    options.tls = TlsServerOptions{.certificate_file = directory + "/own.pem",
                                   .key_file = directory + "/own.key",
                                   .client_certificates = ClientCertificates::request,
                                   .client_ca_file = directory + "/ca.pem"};
  }
  ~ClientCertificateTest() override { std::filesystem::remove_all(directory); }

  /// What the server says to a client with this certificate; empty if it hangs up.
  std::string answer(const TestCertificate* certificate, const TestCertificate* intermediate = nullptr) {
    HttpServer server(loop, handler, options);
    const auto bound = server.listen({"127.0.0.1", 0});
    if (!bound) return bound.error().message;
    auto context = TlsContext::client(false, {});
    if (certificate) {
      EXPECT_EQ(SSL_CTX_use_certificate(context->get(), certificate->certificate()), 1);
      EXPECT_EQ(SSL_CTX_use_PrivateKey(context->get(), certificate->key()), 1);
    }
    if (intermediate) {
      EXPECT_EQ(SSL_CTX_add1_chain_cert(context->get(), intermediate->certificate()), 1);
    }
    std::string said;
    net::run(loop, converse(server, *context, bound->port, said));
    return said;
  }
  Task<void> converse(HttpServer& server, const TlsContext& context, std::uint16_t port, std::string& said) {
    RawClient client(loop, port);
    client.stream().connect_tls(context, "localhost");
    ssize_t done = 0;
    while ((done = client.stream().tls()->handshake()) == -EAGAIN) co_await client.stream().readable();
    if (done > 0) {
      co_await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const std::string response = co_await client.read_response();
      const auto body = response.find("\r\n\r\n");
      if (body != std::string::npos) said = response.substr(body + 4);
    }
    co_await server.stop(Milliseconds{0});
  }

  const TestCertificate authority{{.name = "CA", .is_authority = true}};
  const TestCertificate stranger{{.name = "Other CA", .is_authority = true}};
  const TestCertificate own{{.name = "localhost"}, &authority};
  const std::string directory = testing::TempDir() + "gatehouse_certificates_" + std::to_string(::getpid());
  HttpServerOptions options;
  Loop loop;
  Telling handler;
};

TEST_F(ClientCertificateTest, AVerifiedOneIsKnown) {
  const TestCertificate client({.name = "worker",
                                .extended_key_usage = "clientAuth",
                                .alternative_names = "URI:spiffe://example/worker,DNS:worker.example"},
                               &authority);
  EXPECT_EQ(answer(&client), "CN=worker,O=Example\\, Inc. uri:spiffe://example/worker dns:worker.example");
  EXPECT_EQ(handler.thumbprint.size(), 43u);
  const auto left = handler.not_after - std::chrono::system_clock::now();
  EXPECT_TRUE(left > std::chrono::minutes(55) && left < std::chrono::minutes(61));
}

TEST_F(ClientCertificateTest, WhoHasNoneMayGoOnUnlessItIsRequired) {
  EXPECT_EQ(answer(nullptr), "none");
  options.tls->client_certificates = ClientCertificates::require;
  EXPECT_EQ(answer(nullptr), "");
  options.tls->client_certificates = ClientCertificates::none;
  const TestCertificate client({.name = "worker", .extended_key_usage = "clientAuth"}, &authority);
  EXPECT_EQ(answer(&client), "none") << "nobody asked";
}

TEST_F(ClientCertificateTest, OthersAreTurnedAway) {
  const TestCertificate foreign({.name = "worker", .extended_key_usage = "clientAuth"}, &stranger);
  const TestCertificate alone({.name = "worker", .extended_key_usage = "clientAuth"});
  const TestCertificate expired(
      {.name = "worker", .extended_key_usage = "clientAuth", .valid_from = -7200, .valid_to = -60}, &authority);
  const TestCertificate future(
      {.name = "worker", .extended_key_usage = "clientAuth", .valid_from = 600, .valid_to = 7200}, &authority);
  const TestCertificate for_servers({.name = "worker", .extended_key_usage = "serverAuth"}, &authority);
  const TestCertificate for_anything({.name = "worker"}, &authority);
  for (const TestCertificate* one : {&foreign, &alone, &expired, &future, &for_servers, &for_anything})
    EXPECT_EQ(answer(one), "");
}

TEST_F(ClientCertificateTest, ChainsHaveALimit) {
  const TestCertificate between({.name = "Between", .is_authority = true}, &authority);
  const TestCertificate client({.name = "worker", .extended_key_usage = "clientAuth"}, &between);
  EXPECT_EQ(answer(&client, &between), "CN=worker,O=Example\\, Inc.");
  EXPECT_EQ(answer(&client), "") << "the link is missing";
  options.tls->max_client_chain = 0;
  EXPECT_EQ(answer(&client, &between), "");
}

// A certificate without authority must not issue others.
TEST_F(ClientCertificateTest, ClientsAreNoAuthorities) {
  const TestCertificate client({.name = "worker", .extended_key_usage = "clientAuth"}, &authority);
  const TestCertificate forged({.name = "admin", .extended_key_usage = "clientAuth"}, &client);
  EXPECT_EQ(answer(&forged, &client), "");
}

TEST_F(ClientCertificateTest, RenewedFilesAreNoticedOnce) {
  const TimePoint start{};
  const auto later = [start](int seconds) { return start + std::chrono::seconds(seconds); };
  TlsFiles files(*options.tls);
  EXPECT_FALSE(files.changed(later(1)));
  stranger.write(directory + "/ca.pem");
  EXPECT_FALSE(files.changed(later(2))) << "it may still be written";
  EXPECT_FALSE(files.changed(later(2))) << "looked a moment ago";
  EXPECT_TRUE(files.changed(later(3)));
  EXPECT_FALSE(files.changed(later(4)));
}

TEST_F(ClientCertificateTest, UnusableAuthoritiesAreSaid) {
  options.tls->client_ca_file = directory + "/nowhere.pem";
  EXPECT_TRUE(answer(nullptr).starts_with("TLS authorities '" + directory + "/nowhere.pem'"));
  options.tls->client_ca_file = directory + "/own.key";
  EXPECT_TRUE(answer(nullptr).starts_with("TLS authorities '"));
}

}  // namespace
}  // namespace gatehouse::net::test
