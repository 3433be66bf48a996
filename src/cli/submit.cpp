// `darkroom submit`: photos go up a few at a time, and each result is printed as it finishes.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "cli/resumable.h"
#include "json/text.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kAtOnce = 8;

// What the threads share. Results go to standard output, progress and errors to standard error.
class Board {
 public:
  Board(std::size_t total, bool as_json) : total_(total), as_json_(as_json), live_(::isatty(STDERR_FILENO) && total > 1) {}

  void done(const std::string& photo, json::object image) {
    std::lock_guard lock(mutex_);
    clear();
    ++taken_;
    bool failed = image.at("status") == "failed";
    if (failed) code_ = kFailure;
    if (as_json_) {
      image["file"] = photo;
      images_.push_back(std::move(image));
    } else {
      std::cout << printable(photo) << "  " << describe_image(image) << std::flush;
    }
    step();
  }

  void refused(const std::string& photo, const Error& error) {
    std::lock_guard lock(mutex_);
    clear();
    int code = report({error.code, photo + ": " + error.message});
    code_ = code_ == kOk ? code : code_;
    if (as_json_) images_.push_back(json::object{{"file", photo}, {"error_code", error.code}, {"error_message", error.message}});
    step();
  }

  bool took_any() const { return taken_ > 0; }  // once the threads are done

  int finish(const std::string& batch) {
    if (as_json_) {
      json::object answer{{"images", std::move(images_)}};
      if (!batch.empty()) answer["batch_id"] = batch;
      std::cout << darkroom::json::to_text(answer) << "\n";
    } else if (!batch.empty()) {
      std::cout << "batch " << batch << "\n";
    }
    return code_;
  }

 private:
  void clear() const {
    if (live_) std::cerr << "\r\033[K";
  }
  void step() {
    ++finished_;
    if (live_ && finished_ < total_) std::cerr << finished_ << " of " << total_ << " photos" << std::flush;
  }

  std::mutex mutex_;
  std::size_t total_;
  bool as_json_;
  bool live_;
  std::size_t finished_ = 0;
  std::size_t taken_ = 0;
  json::array images_;
  int code_ = kOk;
};

bool is_final(const json::object& image) {
  const json::string& status = image.at("status").as_string();
  return status == "completed" || status == "failed" || status == "cancelled";
}

// Asks again until the photo has its end; a server that is being restarted in between is given half a minute.
Result<json::object> wait_for(const Client& client, json::object image) {
  std::string path = "/api/v1/images/" + std::to_string(image.at("id").as_int64()) + "?wait=60";
  for (int silent = 0; !is_final(image);) {
    auto answer = client.get(path);
    if (!answer) {
      if (++silent == 30) return answer.error();
      std::this_thread::sleep_for(std::chrono::seconds(1));
      continue;
    }
    silent = 0;
    if (!answer->ok()) return answer->error();
    image = answer->body.as_object().at("image").as_object();
  }
  return image;
}

// What the server says of the key that a photo was given, in words of the key that the command line said.
Error as_said(const SubmitOptions& options, std::size_t number, const std::string& key, Error error) {
  if (key == options.idempotency_key) return error;
  std::string photo = std::to_string(number + 1);
  if (error.code == "idempotency_mismatch") {
    error.message = "With the idempotency key '" + options.idempotency_key + "' photo " + photo + " was another one before, or had other fields. Name the photos in the same order as then, or use a new key.";
  } else if (auto at = error.message.find("'" + key + "'"); at != std::string::npos) {
    error.message.replace(at, key.size() + 2, "'" + options.idempotency_key + "' (photo " + photo + ")");
  }
  return error;
}

void submit_one(const Client& client, const SubmitOptions& options, std::size_t number, Board& board) {
  const std::string& photo = options.photos[number];
  std::string key = options.idempotency_key;
  if (!key.empty() && options.photos.size() > 1) key += "-" + std::to_string(number + 1);
  if (options.resumable) {
    auto image = upload_resumably(client, photo, options.fields, key);
    if (image && options.wait) image = wait_for(client, std::move(*image));
    return image ? board.done(photo, std::move(*image)) : board.refused(photo, as_said(options, number, key, image.error()));
  }
  auto answer = client.upload(options.wait ? "/api/v1/images?wait=60" : "/api/v1/images", photo, options.fields, key);
  if (!answer) return board.refused(photo, answer.error());
  if (!answer->ok()) return board.refused(photo, as_said(options, number, key, answer->error()));
  json::object image = answer->body.as_object().at("image").as_object();
  if (options.wait) {
    auto ended = wait_for(client, std::move(image));
    if (!ended) return board.refused(photo, ended.error());
    image = std::move(*ended);
  }
  board.done(photo, std::move(image));
}

// The id of a new batch, open for uploads.
Result<std::string> open_batch(const Client& client, const std::string& title) {
  auto answer = client.send("POST", "/api/v1/batches", {{"title", title}});
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  return std::string(answer->body.as_object().at("batch").as_object().at("id").as_string());
}

Result<void> seal_batch(const Client& client, const std::string& id) {
  auto answer = client.send("POST", "/api/v1/batches/" + id + "/seal", {});
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  return {};
}

void submit_all(const Client& client, const SubmitOptions& options, Board& board) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(kAtOnce, options.photos.size()); ++i) {
    threads.emplace_back([&] {
      for (std::size_t mine = next++; mine < options.photos.size(); mine = next++) submit_one(client, options, mine, board);
    });
  }
}

// Before a batch is made of them: kOk when all can be read.
int report_unreadable(const std::vector<std::string>& photos) {
  int code = kOk;
  for (const std::string& photo : photos) {
    if (auto readable = check_readable(photo); !readable) code = report(readable.error());
  }
  if (code != kOk) std::cerr << "darkroom: no batch was made and nothing was sent\n";
  return code;
}

}  // namespace

int submit(const Session& session, const SubmitOptions& given) {
  if (!given.batch.empty() && !given.idempotency_key.empty()) {
    return wrong_use("--batch makes another batch each time, so --idempotency-key cannot go with it. Leave out one of the two, "
                     "or send all photos in one POST /api/v1/images/many, which takes a key");
  }
  if (int code = given.batch.empty() ? kOk : report_unreadable(given.photos); code != kOk) return code;
  std::optional<TemporaryServer> temporary;
  auto client = connect(session.config, session.url, session.token);
  if (given.start_server && session.url.empty() && !(client && is_running(*client))) {
    temporary.emplace(session.config);
    client = connect(session.config, session.url, session.token);
  }
  if (!client) return report(client.error());
  SubmitOptions options = given;
  std::string batch;
  if (!options.batch.empty()) {
    auto opened = open_batch(*client, options.batch);
    if (!opened) return report(opened.error());
    options.fields["batch"] = batch = *opened;
  }
  Board board(options.photos.size(), session.json);
  submit_all(*client, options, board);
  if (!batch.empty() && board.took_any()) {
    if (auto sealed = seal_batch(*client, batch); !sealed) board.refused("batch " + batch, sealed.error());
  } else if (!batch.empty()) {
    std::cerr << "darkroom: no photo was taken in, so the batch is left open: send into it with --into, or seal it with `darkroom batches seal " << batch << "`\n";
  }
  return board.finish(batch);
}

}  // namespace darkroom::cli
