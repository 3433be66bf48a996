// Hostile bytes by the thousand: seeds are mutated by a generator with a fixed seed, so that a find can be found again. Run under the asan preset these
// tests also see what reads or writes where it must not. Each checks what must hold whatever comes.
#include "http/client_seen.h"
#include "http/compress.h"
#include "http/edge_rules.h"
#include "http/gate.h"
#include "http/header_parameters.h"
#include "http/multipart.h"
#include "http/mutator_for_test.h"
#include "http/percent.h"
#include "http/request_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace darkroom::http {
namespace {

constexpr int kRounds = 20'000;

TEST(Fuzz, WhatTheGateTakesHasOneFramingAndEverySplitSaysTheSame) {
  Mutator mutator({"GET /a?b=c HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
                   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
                  {"\r\n", "\n", "\r", "\r\n ", ": ", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Host: h\r\n", "HTTP/1.0", "chunked, ", "0x", "+", std::string(1, '\0'), "\r\n\r\n"});
  int taken = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = mutator.next();
    HeaderScanner whole;
    auto at_once = whole.scan(bytes);
    HeaderScanner split;
    std::size_t cut = mutator.number(bytes.size() + 1);
    auto first = split.scan(std::string_view(bytes).substr(0, cut));
    auto second = first && !*first ? split.scan(bytes) : first;
    ASSERT_EQ(at_once.has_value(), second.has_value()) << bytes;
    if (!at_once || !*at_once) continue;
    ASSERT_TRUE(*second && **second == **at_once) << bytes;
    RequestParser parser;
    if (!parser.parse_header(std::string_view(bytes).substr(0, **at_once))) continue;
    auto framing = judge(parser.head());
    if (!framing) continue;
    ++taken;
    int hosts = 0, lengths = 0, encodings = 0;
    for (const auto& [name, value] : parser.head().fields) {
      std::string lower;
      for (char c : name) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      hosts += lower == "host";
      lengths += lower == "content-length";
      encodings += lower == "transfer-encoding";
    }
    ASSERT_EQ(hosts, 1) << bytes;
    ASSERT_LE(lengths + encodings, 1) << bytes;
    std::string body = bytes.substr(**at_once), out(body.size(), '\0');
    auto decoded = parser.decode(body, out.data());
    if (decoded) {
      ASSERT_LE(decoded->produced, decoded->consumed) << bytes;
    }
    (void)parse_target(parser.head().target);
  }
  EXPECT_GT(taken, kRounds / 50) << "the mutations are so wild that nothing gets through";
}

TEST(Fuzz, MultipartGivesTheSamePartsAtEverySplitAndNeverMoreThanCame) {
  Mutator mutator({"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nbytes\r\n--b--\r\n",
                   "--b\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%ea%b0%80.jpg\r\n\r\n\r\n--b--"},
                  {"--b", "\r\n--b", "--b--", "\r\n", "\n", "\"", "\\", "filename*=UTF-8''%", "name=", "; ", "%00", std::string(1, '\0'), "\r\n\r\n", "Content-Disposition: form-data; "});
  int whole_forms = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = mutator.next();
    auto read = [&](std::size_t step, std::string& seen) {
      std::size_t data = 0;
      MultipartReader reader("b", {}, {[&](const PartHeader& part) -> std::optional<Error> {
                               seen += "[" + part.name + "]";
                               return std::nullopt;
                             },
                             [&](std::string_view piece) {
                               seen += piece;
                               data += piece.size();
                             },
                             [&] { seen += "|"; }});
      std::optional<Error> error;
      for (std::size_t at = 0; at < bytes.size() && !error; at += step) error = reader.push(std::string_view(bytes).substr(at, step));
      if (!error) error = reader.finish();
      EXPECT_LE(data, bytes.size());
      return !error;
    };
    std::string at_once, in_pieces;
    bool one = read(bytes.size() + 1, at_once);
    bool many = read(1 + mutator.number(7), in_pieces);
    ASSERT_EQ(one, many) << bytes;
    if (one) {
      ASSERT_EQ(at_once, in_pieces) << bytes;
    }
    whole_forms += one;
  }
  EXPECT_GT(whole_forms, kRounds / 50);
}

TEST(Fuzz, HeadersOfProxiesNamesAndQueriesNeverBreak) {
  Mutator mutator({"203.0.113.9, 10.0.0.1", "for=\"[2001:db8::1]:80\";proto=https;host=\"a\", for=10.0.0.2", "photos.example.com:8470", "[::1]:8470", "/a/b%20c?x=%EA%B0%80&y=1+2",
                   "http://h/a?b", "gzip;q=0.5, *;q=0", "multipart/form-data; boundary=\"a b\"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                  {",", ";", "\"", "\\\"", "[", "]", ":", "%", "%00", "=", "for=", "q=", "10.0.0.1", "::ffff:10.0.0.1", " ", "..", "/", "?", "&", "\xff"});
  auto trusted = std::vector<Network>{*Network::parse("10.0.0.0/8"), *Network::parse("::1")};
  HostRules local{.allowed = {}, .local_only = true};
  for (int round = 0; round < kRounds; ++round) {
    std::string text = mutator.next();
    HeaderFields fields = {{"X-Forwarded-For", text}, {"Forwarded", text}, {"X-Forwarded-Proto", text}, {"X-Forwarded-Host", text}, {"traceparent", text}, {"X-Request-Id", text}};
    for (ForwardedBy by : {ForwardedBy::x_forwarded, ForwardedBy::forwarded}) {
      auto client = see_client(trusted, by, "10.0.0.1", fields);
      ASSERT_EQ(plain_address(client.address), client.address) << text;
      ASSERT_EQ(see_client(trusted, by, "203.0.113.1", fields).address, "203.0.113.1");
    }
    ASSERT_LE(request_id(fields, true).size(), 64u);
    (void)is_our_host(local, text);
    (void)takes_gzip(text);
    (void)parse_parameters(text);
    (void)MultipartReader::boundary_of(text);
    auto target = parse_target(text);
    if (target) {
      for (const auto& [name, value] : target->query) ASSERT_TRUE(is_utf8(name) && is_utf8(value)) << text;
    }
  }
}

}  // namespace
}  // namespace darkroom::http
