#include "http/access_log.h"

#include "base/json_text.h"
#include "base/log.h"
#include "base/write_all.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace darkroom::http {
namespace {

constexpr std::size_t kMostWaiting = 4 * 1024 * 1024;

void append_number(std::string& line, std::string_view name, std::uint64_t value) {
  line += ",\"";
  line += name;
  line += "\":" + std::to_string(value);
}

}  // namespace

std::string access_line(const Answered& answered, std::chrono::system_clock::time_point at) {
  auto micros = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  std::time_t seconds = static_cast<std::time_t>(micros / 1'000'000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char time[48];
  std::size_t length = std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(time + length, sizeof time - length, ".%06lldZ", static_cast<long long>(micros % 1'000'000));
  std::string line = std::string("{\"time\":\"") + time + '"';
  append_json_member(line, "method", answered.method.empty() ? "none" : answered.method);
  append_json_member(line, "route", answered.route ? std::string_view(answered.route->pattern) : "none");
  append_number(line, "status", static_cast<std::uint64_t>(answered.status));
  append_number(line, "bytes", answered.bytes_sent);
  append_number(line, "micros", static_cast<std::uint64_t>(answered.took.count()));
  append_json_member(line, "client", answered.client_address);
  append_json_member(line, "account", answered.principal);
  append_json_member(line, "request_id", answered.request_id);
  return line + "}\n";
}

AccessLog::AccessLog(std::string file) : file_(std::move(file)) {
  open();
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

AccessLog::~AccessLog() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void AccessLog::note(const Answered& answered) {
  std::string line = access_line(answered, std::chrono::system_clock::now());
  {
    std::scoped_lock lock(mutex_);
    if (waiting_.size() + line.size() > kMostWaiting) {
      ++left_out_;
      return;
    }
    waiting_ += line;
  }
  changed_.notify_one();
}

void AccessLog::open() {
  int fd = file_.empty() ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) throw std::runtime_error("cannot open the access log " + (file_.empty() ? "on standard output" : file_) + ": " + std::strerror(errno));
  out_ = FileDescriptor(fd);
}

bool AccessLog::was_moved() const {
  if (file_.empty()) return false;
  struct stat named{}, held{};
  if (::stat(file_.c_str(), &named) != 0) return true;
  return ::fstat(out_.get(), &held) != 0 || named.st_ino != held.st_ino || named.st_dev != held.st_dev;
}

void AccessLog::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::string lines = std::exchange(waiting_, {});
    std::uint64_t left_out = std::exchange(left_out_, 0);
    lock.unlock();
    if (left_out > 0) log::warning("the access log could not keep up", {{"lines_left_out", left_out}});
    int again = was_moved() ? ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640) : -1;
    if (again >= 0) out_ = FileDescriptor(again);
    if (!write_all(out_.get(), lines)) log::warning("the access log cannot be written", {{"cause", std::strerror(errno)}});
    lock.lock();
  }
}

}  // namespace darkroom::http
