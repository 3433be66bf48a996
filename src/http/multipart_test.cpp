// Forms as browsers, curl and attackers send them, whole and cut at every byte.
#include "http/multipart.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>

namespace darkroom::http {
namespace {

struct ReadPart {
  PartHeader header;
  std::string data;
  bool ended = false;
};

struct ReadForm {
  std::vector<ReadPart> parts;
  std::optional<Error> error;
};

// Reads `body` in pieces of `piece` bytes, the first of them of `first` bytes.
ReadForm read_form(std::string_view body, std::size_t first, std::size_t piece, MultipartLimits limits = {},
                   std::string_view boundary = "XbX") {
  ReadForm form;
  MultipartReader reader(
      boundary, limits,
      {[&](const PartHeader& header) {
         form.parts.push_back({header, "", false});
         return std::optional<Error>();
       },
       [&](std::string_view data) { form.parts.back().data += data; }, [&] { form.parts.back().ended = true; }});
  for (std::size_t length = first; !body.empty(); length = piece) {
    std::string copy(body.substr(0, length));  // so that a sanitizer sees a view that is kept too long
    body.remove_prefix(copy.size());
    form.error = reader.push(copy);
    if (form.error) return form;
  }
  form.error = reader.finish();
  return form;
}

ReadForm read_whole(std::string_view body, MultipartLimits limits = {}) { return read_form(body, body.size(), 1, limits); }

std::string part(const std::string& headers, const std::string& data) { return "--XbX\r\n" + headers + "\r\n" + data + "\r\n"; }
std::string field(const std::string& name, const std::string& value) {
  return part("Content-Disposition: form-data; name=\"" + name + "\"\r\n", value);
}
std::string file(const std::string& parameters, const std::string& data = "bytes") {
  return part("Content-Disposition: form-data; " + parameters + "\r\nContent-Type: image/jpeg\r\n", data);
}
const std::string kEnd = "--XbX--\r\n";

std::optional<std::string> name_of_file(const std::string& parameters) {
  auto form = read_whole(file(parameters) + kEnd);
  return form.error || form.parts.size() != 1 ? std::nullopt : form.parts[0].header.file_name;
}

TEST(Multipart, ReadsFieldsAndFiles) {
  auto form = read_whole(field("title", "A photo") + file("name=\"file\"; filename=\"a.jpg\"", "\xff\xd8\r\n--Xb\r\n") +
                         field("empty", "") + kEnd);
  ASSERT_FALSE(form.error) << form.error->message;
  ASSERT_EQ(form.parts.size(), 3u);
  EXPECT_EQ(form.parts[0].header.name, "title");
  EXPECT_EQ(form.parts[0].data, "A photo");
  EXPECT_FALSE(form.parts[0].header.file_name);
  EXPECT_EQ(form.parts[0].header.content_type, "text/plain");
  EXPECT_EQ(form.parts[1].header.name, "file");
  EXPECT_EQ(form.parts[1].header.file_name, "a.jpg");
  EXPECT_EQ(form.parts[1].header.content_type, "image/jpeg");
  EXPECT_EQ(form.parts[1].data, "\xff\xd8\r\n--Xb\r\n");
  EXPECT_EQ(form.parts[2].data, "");
  for (const auto& read : form.parts) EXPECT_TRUE(read.ended);
}

TEST(Multipart, ReadsTheSameAtEverySplit) {
  std::string tricky = "\r\r\n\r\n-\r\n--\r\n--X\r\n--Xb\r\n--Xb\r\r\n--XbY\n--XbX\r";
  std::string body = "preamble\r\n" + field("title", "A photo") + file("name=file; filename=\"a.jpg\"", tricky) + "--XbX \t\r\n" +
                     "Content-Disposition: form-data; name=last\r\n\r\n\r\n" + kEnd + "epilogue\r\n--XbX";
  for (std::size_t first = 1; first <= body.size(); ++first) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, body.size()}) {
      auto form = read_form(body, first, piece);
      ASSERT_FALSE(form.error) << form.error->message;
      ASSERT_EQ(form.parts.size(), 3u);
      ASSERT_EQ(form.parts[0].data, "A photo");
      ASSERT_EQ(form.parts[1].data, tricky);
      ASSERT_EQ(form.parts[2].data, "");
    }
  }
}

TEST(Multipart, FileNamesAreDataInEverySpelling) {
  EXPECT_EQ(name_of_file("name=file; filename=a.jpg"), "a.jpg");
  EXPECT_EQ(name_of_file("name=file; filename=\"a b;c=d.jpg\""), "a b;c=d.jpg");
  EXPECT_EQ(name_of_file("name=file; filename=\"a\\\"b\\\\c.jpg\""), "a\"b\\c.jpg");
  EXPECT_EQ(name_of_file("name=file; filename=\"a%22b%41.jpg\""), "a\"b%41.jpg");
  EXPECT_EQ(name_of_file("name=file; filename=\"C:\\Users\\me\\a.jpg\""), "C:\\Users\\me\\a.jpg");
  EXPECT_EQ(name_of_file("name=file; filename=\"../../etc/passwd\""), "../../etc/passwd");
  EXPECT_EQ(name_of_file("name=file; filename=\"\xea\xb0\x80.jpg\""), "\xea\xb0\x80.jpg");
  EXPECT_EQ(name_of_file("name=file; filename=\"\xb0\xa1.jpg\""), "\xef\xbf\xbd\xef\xbf\xbd.jpg");
  EXPECT_EQ(name_of_file("name=file; filename=\"\""), "");
  EXPECT_EQ(name_of_file("name=file; filename=\"x.jpg\"; filename*=UTF-8''%ea%b0%80%20.jpg"), "\xea\xb0\x80 .jpg");
  EXPECT_EQ(name_of_file("NAME=file ; FileName=a.jpg;"), "a.jpg");
}

TEST(Multipart, RefusesWrongPartHeaders) {
  for (const std::string& headers :
       std::vector<std::string>{"",
                                "Content-Type: text/plain\r\n",
                                "Content-Disposition: form-data\r\n",
                                "Content-Disposition: form-data; name=\"\"\r\n",
                                "Content-Disposition: attachment; name=a\r\n",
                                "Content-Disposition: form-data; name=a; name=b\r\n",
                                "Content-Disposition: form-data; name=a; filename=b; filename=c\r\n",
                                "Content-Disposition: form-data; name=\"a\r\n",
                                "Content-Disposition: form-data; name=a; filename*=latin1''%e9\r\n",
                                "Content-Disposition: form-data; name=a; filename*=UTF-8''%00\r\n",
                                "Content-Disposition: form-data; name=a; filename*=UTF-8''%0a\r\n",
                                "Content-Disposition: form-data; name=a; filename*=UTF-8''%ff\r\n",
                                "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n",
                                "Content-Disposition: form-data; name=a\r\nContent-Type: a/b\r\nContent-Type: a/c\r\n",
                                "Content-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=n\r\n",
                                "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n",
                                "Content-Disposition: form-data;\r\n name=a\r\n",
                                "Content-Disposition : form-data; name=a\r\n",
                                "Content-Disposition: form-data; name=a\r\nbroken\r\n",
                                "Content-Disposition: form-data; name=a\nX: y\r\n",
                                std::string("Content-Disposition: form-data; name=\"a") + '\0' + "\"\r\n"}) {
    auto form = read_whole(part(headers, "data") + kEnd);
    ASSERT_TRUE(form.error) << headers;
    EXPECT_EQ(form.error->code, "malformed_body");
    EXPECT_TRUE(form.parts.empty());
  }
}

TEST(Multipart, RefusesBrokenForms) {
  for (const std::string& body : std::vector<std::string>{
           "", "no boundary at all", "--XbX", field("a", "b"), field("a", "b") + "--XbX", field("a", "b") + "--XbX-",
           "--XbXY\r\n\r\n", "--XbX\n\n", "--XbX\r\n", field("a", "b") + "--XbXx\r\n" + kEnd,
           field("a", "b") + field("a", "c") + kEnd, "--Xbx\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--Xbx--\r\n"}) {
    auto form = read_whole(body);
    ASSERT_TRUE(form.error) << body;
    EXPECT_EQ(form.error->code, "malformed_body");
  }
}

TEST(Multipart, TooManyFieldsAreRefusedEarly) {
  std::string body;
  for (int i = 0; i < 100'000; ++i) body += field("f" + std::to_string(i), "v");
  std::size_t parts = 0;
  MultipartReader reader("XbX", {}, {[&](const PartHeader&) { return ++parts, std::optional<Error>(); }, {}, {}});
  auto error = reader.push(std::string_view(body).substr(0, 8192));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "malformed_body");
  EXPECT_NE(error->message.find("32"), std::string::npos);
  EXPECT_EQ(parts, 32u);
  EXPECT_EQ(reader.push("more"), error);
  EXPECT_EQ(reader.finish(), error);
}

TEST(Multipart, EveryLimitIsKept) {
  MultipartLimits limits{.max_fields = 2, .max_files = 2, .max_field_bytes = 10, .max_header_bytes = 200};
  EXPECT_FALSE(read_whole(field("a", "0123456789") + field("b", "") + kEnd, limits).error);
  EXPECT_NE(read_whole(field("a", "0123456789x") + kEnd, limits).error->message.find("10 bytes"), std::string::npos);
  std::string two = file("name=f; filename=a", std::string(100'000, 'x')) + file("name=f; filename=b");
  EXPECT_FALSE(read_whole(two + kEnd, limits).error);
  EXPECT_NE(read_whole(two + file("name=f; filename=c") + kEnd, limits).error->message.find("the 2 that"), std::string::npos);
  EXPECT_TRUE(read_whole(field(std::string(200, 'n'), "") + kEnd, limits).error);
  EXPECT_TRUE(read_whole("--XbX\r\n" + std::string(100'000, 'h'), limits).error);
  EXPECT_TRUE(read_whole(std::string(201, 'p') + "\r\n" + kEnd, limits).error);
  EXPECT_TRUE(read_whole(field("a", "b") + kEnd + std::string(201, 'e'), limits).error);
  EXPECT_TRUE(read_whole("--XbX" + std::string(201, ' ') + "\r\n", limits).error);
}

TEST(Multipart, TheCallbackMayRefuseAPart) {
  MultipartReader reader("XbX", {},
                         {[](const PartHeader& header) {
                            return std::optional(Error{"unknown_field", header.name});
                          },
                          {},
                          {}});
  EXPECT_EQ(reader.push(field("a", "b")), (Error{"unknown_field", "a"}));
  EXPECT_EQ(reader.finish(), (Error{"unknown_field", "a"}));
}

TEST(Multipart, FindsTheBoundary) {
  EXPECT_EQ(*MultipartReader::boundary_of("multipart/form-data; boundary=----WebKitFormBoundaryAbC"),
            "----WebKitFormBoundaryAbC");
  EXPECT_EQ(*MultipartReader::boundary_of("Multipart/Form-Data; charset=utf-8; Boundary=\"a b:c\""), "a b:c");
  for (const char* other :
       {"", "text/plain", "multipart/mixed; boundary=a", "application/json", "multipart/form-datax; boundary=a"}) {
    EXPECT_EQ(MultipartReader::boundary_of(other).error().code, "unsupported_media_type") << other;
  }
  std::string long_one = "multipart/form-data; boundary=" + std::string(71, 'a');
  for (const std::string& wrong :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary=a; boundary=b"), long_one,
        std::string("multipart/form-data; boundary=\"\""), std::string("multipart/form-data; boundary=\"a \"")}) {
    EXPECT_EQ(MultipartReader::boundary_of(wrong).error().code, "malformed_body") << wrong;
  }
  EXPECT_NE(MultipartReader::boundary_of("multipart/form-data").error().message.find("missing boundary"), std::string::npos);
}

// A body made of almost-boundaries costs no more a byte than any other.
TEST(Multipart, IsLinearInHostileBodies) {
  std::string boundary(70, '-');
  std::string almost;
  while (almost.size() < (8 << 20)) almost += "\r\n--" + std::string(69, '-') + "x";
  std::string body =
      "--" + boundary + "\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\n" + almost + "\r\n--" + boundary + "--";
  for (std::size_t piece : {std::size_t{1000}, std::size_t{131072}}) {
    auto began = std::chrono::steady_clock::now();
    auto form = read_form(body, piece, piece, {}, boundary);
    ASSERT_FALSE(form.error) << form.error->message;
    EXPECT_EQ(form.parts[0].data.size(), almost.size());
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  }
}

// Mutated forms: whatever comes, whole or in pieces, the verdict and the parts are the same.
TEST(Multipart, MutationsReadTheSameInPieces) {
  std::mt19937 random(20260131);
  const std::string original = "pre\r\n" + field("title", "A photo") +
                               file("name=\"file\"; filename*=UTF-8''%ea%b0%80", "\xff\xd8\r\n--Xb") + field("b", "") + kEnd +
                               "post";
  const std::string alphabet = std::string("\r\n-X b:;=\"\\%*'a") + '\0';
  auto pick = [&](std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random); };
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = original;
    for (std::size_t n = 1 + pick(3); n > 0; --n) {
      std::size_t at = pick(body.size());
      switch (pick(4)) {
        case 0: body[at] = alphabet[pick(alphabet.size())]; break;
        case 1: body.insert(at, 1, alphabet[pick(alphabet.size())]); break;
        case 2: body.erase(at, 1 + pick(5)); break;
        case 3: body.insert(at, body.substr(pick(body.size()), 1 + pick(40))); break;
      }
    }
    auto whole = read_whole(body);
    auto pieces = read_form(body, 1 + pick(body.size()), 1 + pick(20));
    ASSERT_EQ(whole.error, pieces.error) << body;
    accepted += !whole.error;
    if (whole.error) continue;
    ASSERT_EQ(whole.parts.size(), pieces.parts.size());
    for (std::size_t i = 0; i < whole.parts.size(); ++i) {
      ASSERT_EQ(whole.parts[i].header.name, pieces.parts[i].header.name);
      ASSERT_EQ(whole.parts[i].header.file_name, pieces.parts[i].header.file_name);
      ASSERT_EQ(whole.parts[i].data, pieces.parts[i].data);
    }
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_LT(accepted, 19'000);
}

}  // namespace
}  // namespace darkroom::http
