// Pictures on demand: from the cache, or made by the one preview slot in the order in which they were asked for, apart from the queue of jobs.
//
// Nobody waits here. get() answers at once: the picture, or that it is being made (its name is told when it is ready: ask again then), or an error.
// Any number of callers who want the same picture cause one rendering. What is being made waits in a line of bounded length; beyond it
// callers are sent away.
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "domain/picture.h"
#include "views/picture_files.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace darkroom::views {

struct Photo {
  std::string sha256;
  std::int64_t byte_count = 0;
  std::int64_t pixel_count = 0;
};

// Why there is no picture. A lasting reason lies in the photo and is not tried again for a while; any other is tried again when somebody asks.
struct NotMade {
  Error error;
  enum class Kind { lasting, passing } kind = Kind::lasting;
};
using Made = std::variant<std::string, NotMade>;  // a JPEG, or why not

struct PicturesConfig {
  std::size_t most_waiting = 64;
  std::chrono::seconds lasting_errors_kept{600};
  std::chrono::seconds passing_errors_kept{5};  // long enough that everybody who waited hears of it
};

class Pictures {
 public:
  // Renders; blocks; called on one thread. Throws what is this machine's trouble.
  using Render = std::function<Made(const Photo& photo, const domain::RenderOrder& order)>;
  // Told on that thread when a picture, or the reason why there is none, is ready under this name. Must be quick.
  using Ready = std::function<void(const std::string& name)>;

  Pictures(PicturesConfig config, PictureFiles& files, Render render, Ready ready, const Clock& clock);
  ~Pictures();

  // None: it is being made. Errors: unavailable when too many wait; what rendering gave (the codes of decoding, and internal).
  Result<std::optional<std::string>> get(const std::string& name, const Photo& photo, const domain::RenderOrder& order);
  // The rendering in progress is finished, or broken off by whoever renders; nothing is rendered after it.
  void stop();

 private:
  struct Task {
    std::string name;
    Photo photo;
    domain::RenderOrder order;
  };
  struct Failure {
    Error error;
    Time until{};
  };

  Duration render_next();
  std::optional<Task> next_task();
  void finish(const Task& task, Made made);
  std::optional<Error> known_failure(const std::string& name);

  PicturesConfig config_;
  PictureFiles& files_;
  Render render_;
  Ready ready_;
  const Clock& clock_;
  std::mutex mutex_;
  std::deque<Task> waiting_;
  std::set<std::string> wanted_;  // waiting or being rendered
  std::map<std::string, Failure> failures_;
  // The newest pictures, so that those who waited get them even where the disk takes none.
  std::deque<std::pair<std::string, std::string>> newest_;
  std::unique_ptr<Loop> loop_;
};

}  // namespace darkroom::views
