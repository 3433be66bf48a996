// Every row of the gate: what the library's parser would take and what it refuses, sent to a real server as raw bytes.
#include "http/gate.h"
#include "http/server_for_test.h"

#include <gtest/gtest.h>

#include <string>

namespace darkroom::http {
namespace {

struct Probe {
  const char* name;
  std::string bytes;
  int status = 400;
};

void PrintTo(const Probe& probe, std::ostream* out) { *out << probe.name; }

std::string post(const std::string& headers, const std::string& body = "") {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}

std::string get(const std::string& headers) { return "GET /inline HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n"; }

class Gate : public testing::TestWithParam<Probe> {};

TEST_P(Gate, RefusesAndCloses) {
  TestServer server;
  RawClient client = server.connect();
  // What follows must never be taken for a request of its own.
  client.send(GetParam().bytes + "GET /inline?smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
  auto answer = client.read_answer();
  ASSERT_NE(answer.status, 0);
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_EQ(answer.headers["connection"], "close");
  client.end_sending();
  EXPECT_TRUE(client.is_closed());
}

const std::string kChunks = "5\r\nhello\r\n0\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    TransferEncoding, Gate,
    testing::Values(Probe{"xchunked", post("Transfer-Encoding: xchunked\r\n", kChunks)},
                    Probe{"chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", kChunks)},
                    Probe{"chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", kChunks)},
                    Probe{"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", kChunks)},
                    Probe{"in HTTP/1.0", "POST /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunks},
                    Probe{"identity with length", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello")},
                    Probe{"identity alone", post("Transfer-Encoding: identity\r\n", "hello")},
                    Probe{"length before chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", kChunks)},
                    Probe{"chunked before length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", kChunks)},
                    Probe{"twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", kChunks)},
                    Probe{"vertical tab", post("Transfer-Encoding: \vchunked\r\n", kChunks)},
                    Probe{"folded", post("Transfer-Encoding:\r\n chunked\r\n", kChunks)},
                    Probe{"empty", post("Transfer-Encoding:\r\n", kChunks)}));

INSTANTIATE_TEST_SUITE_P(ContentLength, Gate,
                         testing::Values(Probe{"equal twice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},
                                         Probe{"list of equals", post("Content-Length: 3, 3\r\n", "abc")},
                                         Probe{"differing", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")},
                                         Probe{"plus", post("Content-Length: +3\r\n", "abc")},
                                         Probe{"hexadecimal", post("Content-Length: 0x3\r\n", "abc")},
                                         Probe{"negative", post("Content-Length: -1\r\n", "abc")},
                                         Probe{"overflow", post("Content-Length: 18446744073709551619\r\n", "abc")},
                                         Probe{"beyond 63 bits", post("Content-Length: 9223372036854775808\r\n", "abc")},
                                         Probe{"empty", post("Content-Length:\r\n", "abc")},
                                         Probe{"of a GET", get("Content-Length: 3\r\n") + "abc"},
                                         Probe{"chunked GET", get("Transfer-Encoding: chunked\r\n") + kChunks},
                                         Probe{"of a HEAD", "HEAD /inline HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"}));

INSTANTIATE_TEST_SUITE_P(
    Lines, Gate,
    testing::Values(Probe{"folded", get("A: b\r\n c\r\n")}, Probe{"no host", "GET /inline HTTP/1.1\r\n\r\n"},
                    Probe{"two hosts", get("Host: h\r\n")}, Probe{"empty host", "GET /inline HTTP/1.1\r\nHost:\r\n\r\n"},
                    Probe{"host with a path", "GET /inline HTTP/1.1\r\nHost: h/x\r\n\r\n"},
                    Probe{"space before colon", get("A : b\r\n")}, Probe{"bare LF", "GET /inline HTTP/1.1\nHost: h\n\n"},
                    Probe{"bare LF in a header", get("A: b\nC: d\r\n")}, Probe{"bare CR", get("A: b\rc\r\n")},
                    Probe{"NUL", get(std::string("A: b\0c\r\n", 8))}, Probe{"control in a name", get("A\x01: b\r\n")},
                    Probe{"control in a value", get("A: \x01\r\n")}, Probe{"empty name", get(": b\r\n")},
                    Probe{"no colon", get("A\r\n")}, Probe{"leading CR LF", "\r\nGET /inline HTTP/1.1\r\nHost: h\r\n\r\n"},
                    Probe{"space in the method", "GE T /inline HTTP/1.1\r\nHost: h\r\n\r\n"},
                    Probe{"TLS", std::string("\x16\x03\x01\x02\x00", 5)}));

INSTANTIATE_TEST_SUITE_P(RequestLine, Gate,
                         testing::Values(Probe{"8-bit target", "GET /inline\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"fragment", "GET /inline#a HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"control in the target", "GET /in\x01line HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"no leading slash", "GET inline HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"HTTP/0.9", "GET /inline HTTP/0.9\r\nHost: h\r\n\r\n"},
                                         Probe{"without version", "GET /inline\r\n\r\n"},
                                         Probe{"HTTP/1.2", "GET /inline HTTP/1.2\r\nHost: h\r\n\r\n"},
                                         Probe{"HTTP/2.0", "GET /inline HTTP/2.0\r\nHost: h\r\n\r\n"},
                                         Probe{"wrong percent", "GET /items/%zz HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"percent NUL", "GET /items/%00 HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"cut percent", "GET /items/%4 HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"percent in the query", "GET /inline?a=%f HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"twice in the query", "GET /inline?a=1&b=2&%61=1 HTTP/1.1\r\nHost: h\r\n\r\n"},
                                         Probe{"overlong UTF-8", "GET /items/%c0%af HTTP/1.1\r\nHost: h\r\n\r\n"}));

std::string many_fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "a:b\r\n";
  return fields;
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, Gate,
    testing::Values(Probe{"1000 headers in 6 KB", get(many_fields(1000)), 431}, Probe{"101 headers", get(many_fields(100)), 431},
                    Probe{"header over 16 KiB", get("A: " + std::string(16384, 'a') + "\r\n"), 431},
                    Probe{"endless header", get("A: " + std::string(200000, 'a')), 431},
                    Probe{"target over 8 KiB", "GET /" + std::string(8192, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
                    Probe{"endless target", "GET /" + std::string(200000, 'a'), 414}));

std::string chunked(const std::string& chunks) { return post("Transfer-Encoding: chunked\r\n", chunks); }

INSTANTIATE_TEST_SUITE_P(Chunks, Gate,
                         testing::Values(Probe{"extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n")},
                                         Probe{"last with extension", chunked("5\r\nhello\r\n0;a\r\n\r\n")},
                                         Probe{"size overflow", chunked("fffffffffffffffff\r\nhello\r\n0\r\n\r\n")},
                                         Probe{"size over 63 bits", chunked("ffffffffffffffff\r\nhello\r\n0\r\n\r\n")},
                                         Probe{"0x", chunked("0x5\r\nhello\r\n0\r\n\r\n")},
                                         Probe{"no CR LF", chunked("5\r\nhelloXX0\r\n\r\n")},
                                         Probe{"bare LF", chunked("5\nhello\n0\n\n")},
                                         Probe{"empty size", chunked("\r\nhello\r\n0\r\n\r\n")},
                                         Probe{"length in the trailer", chunked("5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n")},
                                         Probe{"endless size line", chunked(std::string(300000, '0'))}));

TEST(GateTakes, WhatIsLegal) {
  TestServer server;
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(get("Content-Length: 0\r\n")).status, 200);
  EXPECT_EQ(client.ask(get("A:\r\nB: \xea\xb0\x80\r\n")).status, 200);
  EXPECT_EQ(client.ask(get(many_fields(99))).status, 200);
  EXPECT_EQ(client.ask(get("A: " + std::string(16000, 'a') + "\r\n")).status, 200);
  EXPECT_EQ(client.ask("GET /" + std::string(8191, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 404);
  EXPECT_EQ(client.ask("GET http://h/inline HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /inline");
  EXPECT_EQ(client.ask("GET /inline HTTP/1.1\r\nHost: [::1]:8470\r\n\r\n").status, 200);
  EXPECT_EQ(client.ask(post("Content-Length: 5\r\n", "hello")).body, "POST /echo body=hello");
  EXPECT_EQ(client.ask(post("transfer-encoding: CHUNKED\r\n", kChunks)).body, "POST /echo body=hello");
  EXPECT_EQ(client.ask(chunked("5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n")).body, "POST /echo body=hello");
}

TEST(HeaderScanner, SeesTheSameAtEverySplit) {
  std::string header = "GET /a?b HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
  for (std::size_t split = 1; split < header.size(); ++split) {
    HeaderScanner scanner;
    auto first = scanner.scan(header.substr(0, split));
    ASSERT_TRUE(first && !*first) << split;
    auto second = scanner.scan(header + "rest");
    ASSERT_TRUE(second && *second) << split;
    EXPECT_EQ(**second, header.size());
  }
}

}  // namespace
}  // namespace darkroom::http
