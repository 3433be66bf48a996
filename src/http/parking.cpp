#include "http/parking.h"

namespace darkroom::http {

void Parking::add(const std::string& key, std::shared_ptr<Session> session) {
  sessions_.emplace(key, std::move(session));
  ++count_;
}

void Parking::remove(const std::string& key, const Session* session) {
  auto [begin, end] = sessions_.equal_range(key);
  for (auto it = begin; it != end; ++it) {
    if (it->second.get() != session) continue;
    sessions_.erase(it);
    --count_;
    return;
  }
}

std::vector<std::shared_ptr<Session>> Parking::waiting_for(const std::string& key) const {
  std::vector<std::shared_ptr<Session>> found;
  auto [begin, end] = sessions_.equal_range(key);
  for (auto it = begin; it != end; ++it) found.push_back(it->second);
  return found;
}

}  // namespace darkroom::http
