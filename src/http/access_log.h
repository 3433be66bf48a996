// The access log: a line of JSON for each answer. Lines are written by a thread of its own, so that a slow disk or a full pipe holds up no request;
// when it cannot keep up, lines are left out and counted.
#pragma once

#include "base/file_descriptor.h"
#include "http/route.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace darkroom::http {

// {"time":...,"method":...,"route":...,"status":...,"bytes":...,"micros":...,"client":...,"account":...,"request_id":...}. The route stands for the
// address, so that no id, name or secret of a query gets into the log.
std::string access_line(const Answered& answered, std::chrono::system_clock::time_point at);

class AccessLog {
 public:
  // Empty: standard output. A file is appended to, made with 0640, and opened again when it was moved away. Throws std::runtime_error when it cannot be
  // opened.
  explicit AccessLog(std::string file);
  ~AccessLog();

  void note(const Answered& answered);  // does not block

 private:
  void run(std::stop_token stop);
  void open();
  bool was_moved() const;

  std::string file_;
  FileDescriptor out_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string waiting_;
  std::uint64_t left_out_ = 0;
  std::jthread thread_;
};

}  // namespace darkroom::http
