#include "cli/resumable.h"

#include "base/base64.h"
#include "base/digest.h"
#include "cli/commands.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace darkroom::cli {
namespace {

using Headers = std::map<std::string, std::string>;

constexpr std::size_t kPiece = 4 * 1024 * 1024;
constexpr int kPatience = 30;  // seconds in which a server may come back

std::string metadata_of(const std::string& file, const std::map<std::string, std::string>& fields) {
  std::string text = "filename " + to_base64url(std::filesystem::path(file).filename().string());
  for (const auto& [name, value] : fields) text += "," + name + " " + to_base64url(value);
  return text;
}

// Asks again while nobody answers.
Result<Answer> ask_patiently(const Client& client, const std::string& method, const std::string& path, const Headers& headers, std::string_view body) {
  for (int silent = 0;; ++silent) {
    auto answer = client.ask(method, path, headers, body);
    if (answer || silent == kPatience) return answer;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

class Sending {
 public:
  Sending(const Client& client, const std::string& file) : client_(client), stream_(file, std::ios::binary) {}

  Result<boost::json::object> run(const std::string& file, const std::map<std::string, std::string>& fields, const std::string& key) {
    std::error_code unreadable;
    auto length = std::filesystem::file_size(file, unreadable);
    if (unreadable || !stream_) return Error{"not_found", "Cannot read " + file + ". Check the name and its permissions."};
    Headers headers{{"Tus-Resumable", "1.0.0"}, {"Upload-Length", std::to_string(length)}, {"Upload-Metadata", metadata_of(file, fields)}};
    if (!key.empty()) headers["Idempotency-Key"] = key;
    auto begun = client_.ask("POST", "/api/v1/uploads", headers, "");
    if (!begun) return begun.error();
    if (!begun->ok()) return begun->error();
    place_ = begun->headers["location"];
    for (std::size_t offset = 0; image_.empty();) {
      auto next = send_piece(offset);
      if (!next) return next.error();
      offset = *next;
    }
    auto image = ask_patiently(client_, "GET", "/api/v1/images/" + image_, {}, "");
    if (!image) return image.error();
    if (!image->ok()) return image->error();
    return image->body.as_object().at("image").as_object();
  }

 private:
  // Returns where to go on.
  Result<std::size_t> send_piece(std::size_t offset) {
    std::string piece(kPiece, '\0');
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(offset));
    stream_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(stream_.gcount()));
    Digest digest = *Digest::of("sha256");
    digest.update(piece);
    Headers headers{{"Tus-Resumable", "1.0.0"}, {"Content-Type", "application/offset+octet-stream"}, {"Upload-Offset", std::to_string(offset)},
                    {"Upload-Checksum", "sha256 " + to_base64url(digest.finish())}};
    auto answer = client_.ask("PATCH", place_, headers, piece);
    bool ask_where = !answer || answer->status == 409 || answer->status == 423 || answer->status == 460 || answer->status == 503;
    if (answer && !answer->ok() && !ask_where) return answer->error();
    if (ask_where) {
      if (answer) std::this_thread::sleep_for(std::chrono::milliseconds(200));
      if (++retries_ > kMostRetries) return answer ? answer->error() : answer.error();
      answer = ask_patiently(client_, "GET", place_, {{"Tus-Resumable", "1.0.0"}}, "");
      if (!answer) return answer.error();
      if (!answer->ok()) return answer->error();
    }
    image_ = answer->headers["darkroom-image"];
    return static_cast<std::size_t>(std::strtoull(answer->headers["upload-offset"].c_str(), nullptr, 10));
  }

  static constexpr int kMostRetries = 100;
  const Client& client_;
  std::ifstream stream_;
  std::string place_;
  std::string image_;
  int retries_ = 0;
};

}  // namespace

Result<boost::json::object> upload_resumably(const Client& client, const std::string& file, const std::map<std::string, std::string>& fields, const std::string& idempotency_key) {
  return Sending(client, file).run(file, fields, idempotency_key);
}

}  // namespace darkroom::cli
