// The jobs and photos that were cancelled or deleted last, each looked up at once however many they are.
#pragma once

#include "domain/job.h"

#include <deque>
#include <set>
#include <string>
#include <variant>

namespace darkroom::worker {

using Gone = std::variant<std::string, domain::ImageId>;  // a job's public id, or a photo

class RecentlyGone {
 public:
  // Beyond what one commit cancels, since of those that wait nobody knows here that they were not claimed.
  static constexpr std::size_t kMost = 1000;

  void add(Gone gone) {
    auto [place, fresh] = all_.insert(std::move(gone));
    if (!fresh) return;
    oldest_first_.push_back(place);
    if (all_.size() <= kMost) return;
    all_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }

  bool has(const Gone& gone) const { return all_.contains(gone); }

 private:
  std::set<Gone> all_;
  std::deque<std::set<Gone>::const_iterator> oldest_first_;
};

}  // namespace darkroom::worker
