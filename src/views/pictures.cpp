#include "views/pictures.h"

#include "domain/error_codes.h"

#include <algorithm>
#include <utility>

namespace darkroom::views {
namespace {

constexpr Duration kNothingToDo = std::chrono::hours(1);
constexpr std::size_t kMostFailures = 1'000;
constexpr std::size_t kMostNewest = 16;

NotMade broken() {
  return {{std::string(domain::code::internal),
      "Something broke while this picture was made; the server's log has the cause. Ask again in a moment."}, NotMade::Kind::passing};
}

}  // namespace

Pictures::Pictures(PicturesConfig config, PictureFiles& files, Render render, Ready ready, const Clock& clock)
    : config_(config), files_(files), render_(std::move(render)), ready_(std::move(ready)), clock_(clock) {
  loop_ = std::make_unique<Loop>("pictures", [this] { return render_next(); });
}

Pictures::~Pictures() { stop(); }

void Pictures::stop() {
  {
    std::lock_guard lock(mutex_);
    waiting_.clear();
  }
  loop_->stop();
}

Result<std::optional<std::string>> Pictures::get(const std::string& name, const Photo& photo, const domain::RenderOrder& order) {
  if (auto kept = files_.find(name)) return kept;
  std::unique_lock lock(mutex_);
  auto made = std::ranges::find(newest_, name, &std::pair<std::string, std::string>::first);
  if (made != newest_.end()) return std::optional(made->second);
  if (auto failure = known_failure(name)) return *failure;
  if (wanted_.contains(name)) return std::optional<std::string>();
  if (waiting_.size() >= config_.most_waiting) {
    return Error{std::string(domain::code::unavailable), "Too many pictures are being made at the moment. Ask for this one again in a second."};
  }
  wanted_.insert(name);
  waiting_.push_back({name, photo, order});
  lock.unlock();
  loop_->wake();
  return std::optional<std::string>();
}

std::optional<Error> Pictures::known_failure(const std::string& name) {
  auto failure = failures_.find(name);
  if (failure == failures_.end()) return std::nullopt;
  if (failure->second.until > clock_.now()) return failure->second.error;
  failures_.erase(failure);
  return std::nullopt;
}

std::optional<Pictures::Task> Pictures::next_task() {
  std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  Task task = std::move(waiting_.front());
  waiting_.pop_front();
  return task;
}

Duration Pictures::render_next() {
  std::optional<Task> task = next_task();
  if (!task) return kNothingToDo;
  // What render_ throws is the loop's to log; whoever waits for the picture is told all the same.
  struct Ending {
    Pictures& pictures;
    const Task& task;
    Made made = broken();
    ~Ending() { pictures.finish(task, std::move(made)); }
  } ending{*this, *task};
  ending.made = render_(task->photo, task->order);
  return Duration(0);
}

void Pictures::finish(const Task& task, Made made) {
  const auto* jpeg = std::get_if<std::string>(&made);
  if (jpeg) files_.keep(task.name, *jpeg);
  {
    std::lock_guard lock(mutex_);
    wanted_.erase(task.name);
    if (jpeg) {
      newest_.emplace_back(task.name, std::move(std::get<std::string>(made)));
      if (newest_.size() > kMostNewest) newest_.pop_front();
    } else {
      const NotMade& not_made = std::get<NotMade>(made);
      if (failures_.size() >= kMostFailures) failures_.clear();
      auto kept = not_made.kind == NotMade::Kind::lasting ? config_.lasting_errors_kept : config_.passing_errors_kept;
      failures_[task.name] = {not_made.error, clock_.now() + kept};
    }
  }
  ready_(task.name);
}

}  // namespace darkroom::views
