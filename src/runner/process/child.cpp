// A child narrows what it may do, warms up, then reads one job after another.
#include "runner/process/child.h"

#include "domain/error_codes.h"
#include "runner/process/process_photo.h"
#include "runner/process/soft_stop.h"
#include "runner/process/test_markers.h"
#include "runner/process/wall.h"
#include "runner/protocol/frame.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <new>

namespace darkroom::runner {
namespace {

constexpr int kJobSocket = 3;
constexpr rlim_t kMostDescriptors = 8;

void limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit{value, value};
  ::setrlimit(resource, &limit);
}

// Everything the zygote holds is closed; the job socket takes the place of its control socket.
bool set_up(FileDescriptor jobs, const ChildTask& task) {
  die_with_parent(task.zygote);
  if (::dup2(jobs.get(), kJobSocket) < 0) return false;
  ::close_range(kJobSocket + 1, ~0U, 0);
  jobs.release();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  limit(RLIMIT_NOFILE, kMostDescriptors);
  limit(RLIMIT_AS, static_cast<rlim_t>(task.address_space + task.init.memory_bytes));
  return raise_child_wall() || !task.init.require_sandbox;
}

domain::Failed unreadable(const std::string& why) {
  return domain::Failed{Error{std::string(domain::code::blob_missing), why}, domain::Failed::Kind::permanent};
}

class JobLoop {
 public:
  explicit JobLoop(const ChildTask& task) : task_(task), processor_(task.engine, task.init.photo) {}

  void warm_up() {
    try {
      processor_.warm_up();
    } catch (const std::exception&) {  // the first job meets the same and tells
    }
    soft_stop::clear();
    send_frame(kJobSocket, encode(Warm{}));
  }

  int run() {
    FrameReader reader(Descriptors::accepted);
    while (true) {
      FrameReader::Progress progress = reader.read(kJobSocket, 0);
      if (progress == FrameReader::Progress::more) continue;
      if (progress == FrameReader::Progress::closed) return 0;
      if (progress == FrameReader::Progress::broken) return 1;
      Result<ServerMessage> message = decode_server_message(reader.take_body());
      FileDescriptor photo = reader.take_descriptor();
      if (!message || !std::holds_alternative<Job>(*message) || !photo) return 1;
      soft_stop::clear();
      if (!send_frame(kJobSocket, answer(std::get<Job>(*message), std::move(photo)))) return 0;
    }
  }

 private:
  // The one boundary where exceptions of a job end.
  std::string answer(const Job& job, FileDescriptor photo) {
    try {
      return encode(run_job(job, std::move(photo)));
    } catch (const std::bad_alloc&) {
      file_ = {};
      Error error{std::string(domain::code::memory_limit), "Processing this photo needed more memory than the limit."};
      return encode(domain::Failed{std::move(error), domain::Failed::Kind::permanent});
    } catch (const LieToServer& lie) {
      return lie.text;
    } catch (const std::exception& broken) {
      Error error{std::string(domain::code::internal), "The engine failed: " + std::string(broken.what()).substr(0, 500)};
      return encode(domain::Failed{std::move(error), domain::Failed::Kind::permanent});
    }
  }

  ChildMessage run_job(const Job& job, FileDescriptor photo) {
    if (job.byte_count > task_.init.photo.max_bytes) {
      Error error{std::string(domain::code::too_large), "The photo has more bytes than the limit allows."};
      return domain::Failed{std::move(error), domain::Failed::Kind::permanent};
    }
    auto start = std::chrono::steady_clock::now();
    if (!read_photo(photo.get(), static_cast<std::size_t>(job.byte_count))) return unreadable("The stored photo is shorter than it was at upload.");
    photo.reset();
    auto read_time = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    if (task_.init.test_mode && !task_.engine.needs_pixels()) obey_marker(file_);
    return processor_.process(file_, read_time.count());
  }

  bool read_photo(int photo, std::size_t size) {
    file_.resize(size);
    for (std::size_t have = 0; have < size;) {
      ssize_t got = ::pread(photo, file_.data() + have, size - have, static_cast<off_t>(have));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      have += static_cast<std::size_t>(got);
    }
    return true;
  }

  const ChildTask& task_;
  PhotoProcessor processor_;
  std::vector<std::uint8_t> file_;
};

}  // namespace

int run_child(FileDescriptor jobs, const ChildTask& task) {
  if (!set_up(std::move(jobs), task)) return 1;
  JobLoop loop(task);
  loop.warm_up();
  return loop.run();
}

}  // namespace darkroom::runner
