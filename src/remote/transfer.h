// One HTTP exchange over libcurl that another thread can break off: the wire half of a remote call. Not thread-safe but for abandon().
#pragma once

#include "domain/model.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::remote {

struct Upload {  // the form that is posted: the file and the text fields
  int fd = -1;   // read by position from 0 on
  std::int64_t byte_count = 0;
  std::string file_name;
  std::string mime_type;
  std::vector<std::pair<std::string, std::string>> fields;  // in their order, before the file
  std::vector<std::pair<std::string, std::string>> headers;
};

struct Reply {
  enum class How { answered, abandoned, unreachable, timed_out, too_large, broken } how = How::broken;
  long status = 0;   // of an answer
  std::string body;  // of an answer
  std::string cause;  // of all but an answer, in libcurl's words: "Connection refused"
  std::chrono::seconds retry_after{0};
  std::string location;  // where a redirect points to
  std::chrono::microseconds took{};
};

std::string transfer_version();  // "libcurl 7.88.1"

class Transfer {
 public:
  Transfer();
  ~Transfer();

  // Redirects are not followed, proxies of the environment not used. The connection is kept for the next call where both sides allow it.
  Reply post(const domain::RemoteService& service, const Upload& upload);

  // From another thread: the exchange in progress ends at once as `abandoned` and its connection is closed; without one, the next ends so before it
  // begins.
  void abandon();
  void rearm();

 private:
  struct Handles;
  bool perform();
  std::unique_ptr<Handles> handles_;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace darkroom::remote
