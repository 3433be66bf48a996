// Which connections wait under which key. All of it belongs to the I/O thread except may_be_needed().
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace darkroom::http {

class Session;

class Parking {
 public:
  void add(const std::string& key, std::shared_ptr<Session> session);
  void remove(const std::string& key, const Session* session);
  std::vector<std::shared_ptr<Session>> waiting_for(const std::string& key) const;

  // From any thread: false only if nobody was parked when it was asked. A session that parks later looks for its answer
  // after it was added, so a wake-up that is saved here is never lost.
  bool may_be_needed() const { return count_ > 0; }
  std::size_t count() const { return count_; }  // from any thread

 private:
  std::unordered_multimap<std::string, std::shared_ptr<Session>> sessions_;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace darkroom::http
