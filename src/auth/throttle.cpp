#include "auth/throttle.h"

#include <algorithm>

namespace darkroom::auth {

std::optional<std::chrono::seconds> Throttle::wait_of(const Failures& failures, Time now) const {
  int over = failures.count - config_.free_failures;
  if (over < 0) return std::nullopt;
  auto wait = std::min(config_.longest_wait, config_.first_wait * (1 << std::min(over, 10)));
  auto left = std::chrono::ceil<std::chrono::seconds>(failures.last + wait - now);
  return left.count() > 0 ? std::optional(left) : std::nullopt;
}

std::optional<std::chrono::seconds> Throttle::begin(const std::string& key, Time now) {
  std::scoped_lock lock(mutex_);
  if (failures_.size() >= config_.most_keys && !failures_.contains(key)) make_room(now);
  Failures& failures = failures_[key];
  failures.last = std::min(failures.last, now);  // the clock was put back
  if (now - failures.last > config_.memory) failures.count = 0;
  if (auto wait = wait_of(failures, now)) return wait;
  ++failures.count;
  failures.before = std::exchange(failures.last, now);
  return std::nullopt;
}

void Throttle::take_back(const std::string& key) {
  std::scoped_lock lock(mutex_);
  auto found = failures_.find(key);
  if (found == failures_.end()) return;
  found->second.last = found->second.before;
  if (--found->second.count <= 0) failures_.erase(found);
}

void Throttle::succeeded(const std::string& key) {
  std::scoped_lock lock(mutex_);
  failures_.erase(key);
}

void Throttle::make_room(Time now) {
  std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.last > config_.memory; });
  if (failures_.size() < config_.most_keys) return;
  failures_.erase(std::ranges::min_element(failures_, {}, [](const auto& entry) { return entry.second.last; }));
}

HashSlots::HashSlots(int slots, int most_waiting) : free_(std::max(1, slots)), most_waiting_(most_waiting) {}

std::optional<HashSlots::Turn> HashSlots::enter() {
  std::unique_lock lock(mutex_);
  if (free_ == 0 && waiting_ >= most_waiting_) return std::nullopt;
  ++waiting_;
  freed_.wait(lock, [this] { return free_ > 0; });
  --waiting_;
  --free_;
  return Turn(this);
}

void HashSlots::leave() {
  {
    std::scoped_lock lock(mutex_);
    ++free_;
  }
  freed_.notify_one();
}

HashSlots::Turn::~Turn() {
  if (slots_) slots_->leave();
}

}  // namespace darkroom::auth
