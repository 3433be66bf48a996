#include "http/compress.h"

#include <zlib.h>

#include <gtest/gtest.h>

namespace darkroom::http {
namespace {

std::string gunzip(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

const std::string kLong(5000, 'a');

Response compressed(std::string type, std::string body, std::string accepts = "gzip", std::vector<std::pair<std::string, std::string>> headers = {}) {
  Request request;
  request.headers = {{"accept-encoding", std::move(accepts)}};
  Response response{200, std::move(type), std::move(body), std::move(headers)};
  compress(request, response);
  return response;
}

std::string header(const Response& response, const std::string& wanted) {
  std::string all;
  for (const auto& [name, value] : response.headers) all += name == wanted ? value : "";
  return all;
}

TEST(Compress, TextThatIsLongEnough) {
  auto answer = compressed("application/json", kLong);
  EXPECT_LT(answer.body.size(), 200u);
  EXPECT_EQ(gunzip(answer.body), kLong);
  EXPECT_EQ(header(answer, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(answer, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(compressed("text/html; charset=utf-8", kLong, "gzip", {{"Vary", "Accept-Language"}}), "Vary"), "Accept-Language, Accept-Encoding");
  EXPECT_EQ(gunzip(gzip("")), "");
}

TEST(Compress, NotWhatNobodyAskedForOrWhatWouldBeWrong) {
  EXPECT_EQ(compressed("application/json", "short").headers.size(), 0u);
  EXPECT_EQ(compressed("image/jpeg", kLong).headers.size(), 0u);
  EXPECT_EQ(compressed("text/event-stream", kLong).headers.size(), 0u);
  EXPECT_EQ(header(compressed("application/json", kLong, "gzip", {{"ETag", "\"7\""}}), "ETag"), "W/\"7\"") << "a strong tag is of other bytes";
  EXPECT_EQ(header(compressed("application/json", kLong, "gzip", {{"ETag", "W/\"7\""}}), "ETag"), "W/\"7\"");
  EXPECT_EQ(header(compressed("application/json", kLong, "br", {{"ETag", "\"7\""}}), "ETag"), "\"7\"");
  auto refused = compressed("application/json", kLong, "identity");
  EXPECT_EQ(refused.body, kLong);
  EXPECT_EQ(header(refused, "Vary"), "Accept-Encoding") << "a cache must not give this to one who takes gzip and the other way round";
}

TEST(TakesGzip, ReadsQualities) {
  for (const char* yes : {"gzip", "br, GZIP", "gzip;q=0.1", "*", "x-gzip", "identity, gzip ; q=1"}) EXPECT_TRUE(takes_gzip(yes)) << yes;
  for (const char* no : {"", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzipped", ",,,"}) EXPECT_FALSE(takes_gzip(no)) << no;
}

}  // namespace
}  // namespace darkroom::http
