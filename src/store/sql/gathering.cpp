#include "store/sql/gathering.h"

namespace darkroom::store {
namespace {

constexpr int kGroupsAfterVainWait = 8;

}  // namespace

void Returning::ended(std::size_t there, Clock::time_point now) {
  expected_ = there;
  ended_ = now;
}

std::optional<Returning::Clock::time_point> Returning::worth_waiting(std::size_t waiting, Clock::time_point now) {
  Clock::time_point until = ended_ + linger_;
  if (waiting >= expected_ || now >= until) return std::nullopt;
  if (no_wait_ == 0) return until;
  --no_wait_;
  return std::nullopt;
}

void Returning::waited(bool in_vain) { no_wait_ = in_vain ? kGroupsAfterVainWait : 0; }

void Gathering::join(void* ask, std::size_t weight) {
  Place place{.caller = {ask, weight}};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&place);
  if (waiting_.size() >= returning_.expected()) all_are_back_.notify_one();
  while (!place.done) {
    if (!place.taken && may_lead()) {
      lead(lock);
    } else {
      place.changed.wait(lock);
    }
  }
  if (place.caller.error) std::rethrow_exception(place.caller.error);
}

std::size_t Gathering::waiting() {
  std::lock_guard guard(mutex_);
  return waiting_.size();
}

bool Gathering::may_lead() const { return served_now_ == 0 || (served_now_ < limits_.groups && waiting_.size() >= limits_.worth_another); }

void Gathering::await_those_who_return(std::unique_lock<std::mutex>& lock) {
  std::size_t there = waiting_.size(), weight = 0;
  for (const Place* place : waiting_) weight += place->caller.weight;
  auto until = returning_.worth_waiting(there, Returning::Clock::now());
  if (!until || weight >= limits_.heaviest) return;  // a group that is full waits for nobody
  all_are_back_.wait_until(lock, *until, [this] { return waiting_.size() >= returning_.expected(); });
  returning_.waited(waiting_.size() == there);
}

std::vector<Gathering::Place*> Gathering::next_group() {
  std::vector<Place*> group;
  for (std::size_t weight = 0; !waiting_.empty(); waiting_.pop_front()) {
    Place* next = waiting_.front();
    weight += next->caller.weight;
    if (!group.empty() && weight > limits_.heaviest) break;
    next->taken = true;
    group.push_back(next);
  }
  return group;
}

// Whoever leads serves those that have waited longest, which need not be itself.
void Gathering::lead(std::unique_lock<std::mutex>& lock) {
  if (++served_now_ == 1) await_those_who_return(lock);
  std::vector<Place*> group = next_group();
  std::vector<Caller*> callers;
  for (Place* place : group) callers.push_back(&place->caller);
  lock.unlock();
  serve_(callers);
  lock.lock();
  --served_now_;
  returning_.ended(group.size() + waiting_.size(), Returning::Clock::now());
  if (!waiting_.empty()) waiting_.front()->changed.notify_one();
  for (Place* place : group) {
    place->done = true;
    place->changed.notify_one();  // under the lock: the place is gone as soon as its caller has seen that it is done
  }
}

}  // namespace darkroom::store
