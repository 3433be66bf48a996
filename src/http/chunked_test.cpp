// Long answers that have an end: whole ones end with their last chunk, and those that break off do not.
#include "http/server_for_test.h"

#include <gtest/gtest.h>

namespace darkroom::http {
namespace {

Route numbers(int broken_at) {
  return {Method::get, "/numbers", "public", RunsOn::pool, 0, Handler([broken_at](const Request&) -> Reply {
            auto count = std::make_shared<int>(0);
            return EventStream{.key = "numbers",
                               .next = [count, broken_at]() -> EventStream::Piece {
                                 if (*count == broken_at) throw std::runtime_error("the disk is gone");
                                 bool last = ++*count == 3;
                                 return {.text = std::to_string(*count) + "\n", .more_at_once = !last, .ended = last};
                               },
                               .head = Response{200, "text/csv", "", {{"Content-Disposition", "attachment"}}}};
          })};
}

// Everything until the server closes.
std::string whole(RawClient& client) {
  std::string text;
  while (true) {
    std::string piece = client.read_rest();
    if (piece.empty()) return text;
    text += piece;
  }
}

TEST(Chunked, AnAnswerInPiecesEndsWithItsLastChunk) {
  TestServer server({}, {numbers(-1)});
  RawClient client = server.connect();
  client.send("GET /numbers HTTP/1.1\r\nHost: a\r\n\r\n");
  RawAnswer answer = client.read_answer(false);
  EXPECT_EQ(answer.headers["transfer-encoding"], "chunked");
  EXPECT_EQ(answer.headers["content-type"], "text/csv");
  EXPECT_EQ(answer.headers["content-disposition"], "attachment");
  EXPECT_EQ(whole(client), "2\r\n1\n\r\n2\r\n2\n\r\n2\r\n3\n\r\n0\r\n\r\n");
}

TEST(Chunked, OneThatBrokeOffCanBeTold) {
  TestServer server({}, {numbers(1)});
  RawClient client = server.connect();
  client.send("GET /numbers HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_answer(false).status, 200);
  EXPECT_EQ(whole(client), "2\r\n1\n\r\n");
}

TEST(Chunked, AnOldClientGetsNoChunksAndHeadGetsNoBody) {
  TestServer server({}, {numbers(-1)});
  RawClient old = server.connect();
  old.send("GET /numbers HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(old.read_answer(false).headers.count("transfer-encoding"), 0u);
  EXPECT_EQ(whole(old), "1\n2\n3\n");
  RawClient head = server.connect();
  head.send("HEAD /numbers HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(head.read_answer(false).status, 200);
  EXPECT_EQ(whole(head), "");
}

}  // namespace
}  // namespace darkroom::http
