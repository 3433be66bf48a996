#include "store/sql/gathering.h"

namespace darkroom::store {

void Gathering::join(void* ask, std::size_t weight) {
  Place place{.caller = {ask, weight}};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&place);
  while (!place.done) {
    if (!place.taken && groups_ > 0) {
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

std::vector<Gathering::Place*> Gathering::next_group() {
  std::vector<Place*> group;
  for (std::size_t weight = 0; !waiting_.empty(); waiting_.pop_front()) {
    Place* next = waiting_.front();
    weight += next->caller.weight;
    if (!group.empty() && weight > heaviest_) break;
    next->taken = true;
    group.push_back(next);
  }
  return group;
}

// Whoever leads serves those that have waited longest, which need not be itself.
void Gathering::lead(std::unique_lock<std::mutex>& lock) {
  std::vector<Place*> group = next_group();
  std::vector<Caller*> callers;
  for (Place* place : group) callers.push_back(&place->caller);
  --groups_;
  lock.unlock();
  serve_(callers);
  lock.lock();
  ++groups_;
  if (!waiting_.empty()) waiting_.front()->changed.notify_one();
  for (Place* place : group) {
    place->done = true;
    place->changed.notify_one();  // under the lock: the place is gone as soon as its caller has seen that it is done
  }
}

}  // namespace darkroom::store
