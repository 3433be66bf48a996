// `darkroom watch`: events as they happen, and those that were missed after a lost connection.
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"

#include <chrono>
#include <iostream>
#include <thread>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

constexpr int kPatience = 30;  // seconds in which a server may come back

class Watching {
 public:
  Watching(bool as_json, int count) : as_json_(as_json), left_(count) {}

  // Whole lines of the stream; false when as many events as wanted were shown.
  bool take(std::string_view piece) {
    heard_ = true;
    text_ += piece;
    for (std::size_t end; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1)) {
      std::string_view line = std::string_view(text_).substr(0, end);
      if (line.starts_with("id: ")) last_id_ = line.substr(4);
      if (line.starts_with("event: ")) type_ = line.substr(7);
      if (line.starts_with("data: ") && !show(std::string(line.substr(6)))) return false;
    }
    return true;
  }

  const std::string& last_id() const { return last_id_; }
  bool done() const { return left_ == 0; }
  // Since the last time it was asked.
  bool has_heard() { return std::exchange(heard_, false); }
  void begin_again() { text_.clear(); }

 private:
  bool show(const std::string& data) {
    if (as_json_) {
      std::cout << data << std::endl;
    } else if (type_ == "reset") {
      std::cout << "some events are kept no more; going on with the oldest there are" << std::endl;
      return true;
    } else {
      json::object event = json::parse(data).as_object();
      std::cout << shown(event, "at") << "  " << shown(event, "type") << "  image " << shown(event, "image_id") << "  " << shown(event, "actor");
      if (!event.at("reason").as_string().empty()) std::cout << "  " << shown(event, "reason");
      std::cout << std::endl;
    }
    return left_ < 0 || --left_ > 0;
  }

  bool as_json_;
  int left_;  // below 0: no end
  std::string text_, type_, last_id_;
  bool heard_ = false;
};

}  // namespace

int watch(const Session& session, const WatchOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  std::string path = "/api/v1/events/stream?";
  for (const auto& [name, value] : options.query) path += name + "=" + escaped(value) + "&";
  path.pop_back();
  Watching watching(session.json, options.count > 0 ? options.count : -1);
  for (int silent = 0; !watching.done();) {
    std::map<std::string, std::string> headers;
    if (!watching.last_id().empty()) headers["Last-Event-ID"] = watching.last_id();
    watching.begin_again();
    auto answer = client->stream(path, headers, [&](std::string_view piece) { return watching.take(piece); });
    if (watching.done()) break;
    if (answer && !answer->ok()) return report(answer->error());
    silent = watching.has_heard() ? 0 : silent + 1;
    if (!answer && silent > kPatience) return report(answer.error());
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return kOk;
}

}  // namespace darkroom::cli
