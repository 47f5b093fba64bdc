#include "gateway/upstream/icon_store.hpp"

#include <array>

#include <gtest/gtest.h>

#include <gatehouse/net/http_server.hpp>

namespace gatehouse::upstream {
namespace {

/// Serves pictures of all kinds.
struct Gallery final : net::HttpHandler {
  explicit Gallery(net::Loop& loop) : server(loop, *this, {}), http(loop, {}) {
    port = server.listen({"127.0.0.1", 0}).value().port;
  }
  Task<void> serve(net::HttpExchange& exchange) override {
    const std::string_view path = exchange.head().path();
    asked.emplace_back(path);
    credentials = credentials || exchange.head().find("Authorization");
    const std::string text = path == "/large.png" ? std::string(40'000, 'x') : "\xFB\xFF";
    const std::array headers = {net::Header{"Content-Type", path.ends_with(".png") ? "image/png" : "image/svg+xml"}};
    const json::Pieces body(1, text);
    (void)co_await exchange.respond(path == "/gone.png" ? 404 : 200, headers, body);
  }
  [[nodiscard]] std::string at(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port) + std::string(path);
  }
  [[nodiscard]] net::Url url() const { return net::parse_url(at("/mcp")).value(); }

  net::HttpServer server;
  net::HttpClient http;
  std::uint16_t port = 0;
  std::vector<std::string> asked;
  bool credentials = false;
};

Task<void> look_at_all(net::Loop& loop) {
  Gallery gallery(loop);
  IconStore icons(loop, gallery.http);
  Cancel cancel;
  const net::Url server = gallery.url();
  const std::vector<std::string> all{
      gallery.at("/i.png"),       gallery.at("/i.svg"),     gallery.at("/large.png"), gallery.at("/gone.png"),
      "http://127.0.0.1:1/i.png", "http://localhost/i.png", "file:///etc/passwd",     "no URL"};
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> sources = all;
    co_await icons.fetch(server, std::move(sources), cancel);
  }
  EXPECT_EQ(icons.find(gallery.at("/i.png")), "data:image/png;base64,+/8=");
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(icons.find(all[i]), "") << all[i];
  const std::vector<std::string> once{"/i.png", "/i.svg", "/large.png", "/gone.png"};
  EXPECT_EQ(gallery.asked, once) << "its own only, and nothing twice";
  EXPECT_FALSE(gallery.credentials);
  gallery.http.close_idle();
  co_await gallery.server.stop(Milliseconds{1000});
}

// GB-273
TEST(IconStore, TakesSmallPicturesOfTheServersOwnOrigin) {
  net::Loop loop;
  net::run(loop, look_at_all(loop));
}

}  // namespace
}  // namespace gatehouse::upstream
