// A child narrows what it may do, warms up, then reads one job after another.
#include "runner/process/child.h"

#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "domain/printable.h"
#include "runner/process/process_photo.h"
#include "runner/process/progress.h"
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
#include <optional>
#include <utility>

namespace darkroom::runner {
namespace {

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

domain::Failed failed(std::string_view code, const std::string& why) {
  return domain::Failed{Error{std::string(code), why}, domain::Failed::Kind::permanent};
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
      progress::begin();
      std::string told = fit(answer(std::get<Job>(*message), std::move(photo)), std::get<Job>(*message));
      progress::answering();
      if (!send_frame(kJobSocket, told)) return 0;
      // The result waits for no thumbnail: that is made while the server takes the result and looks for the next job.
      if (!std::exchange(thumbnail_follows_, false)) continue;
      std::optional<Thumbnail> made = thumbnail();
      if (!made || !send_frame(kJobSocket, encode(std::move(*made)))) return 0;
    }
  }

 private:
  // The server takes no frame beyond a bound, since it has to read it.
  std::string fit(std::string text, const Job& job) {
    if (text.size() <= kLargestFrame) return text;
    thumbnail_follows_ = false;
    if (job.render) return encode(failed(domain::code::too_large, "The picture takes up more than 16 MB; order a smaller one, or less quality."));
    return encode(failed(domain::code::model_output,
                         "What the model found in this photo takes up more than 16 MB; raise its confidence threshold or lower max_detections."));
  }

  // The one boundary where exceptions of a job end.
  std::string answer(const Job& job, FileDescriptor photo) {
    try {
      ChildMessage told = run_job(job, std::move(photo));
      std::string text = encode(told);
      if (const Done* done = std::get_if<Done>(&told)) thumbnail_follows_ = done->thumbnail_follows;
      return text;
    } catch (const std::bad_alloc&) {
      file_ = {};
      return encode(failed(domain::code::memory_limit, "Processing this photo needed more memory than the limit."));
    } catch (const LieToServer& lie) {
      return lie.text;
    } catch (const std::exception& broken) {
      return encode(failed(domain::code::internal, "The engine failed: " + domain::printable(broken.what(), 500)));
    }
  }

  // A result is worth more than its thumbnail, which can be made again: one that fails is empty. None: after an allocation failed nobody knows how much
  // memory a library still holds.
  std::optional<Thumbnail> thumbnail() {
    try {
      fail_point("K23");
      return processor_.make_thumbnail();
    } catch (const std::bad_alloc&) {
      return std::nullopt;
    } catch (const std::exception&) {
      return Thumbnail{};
    }
  }

  ChildMessage run_job(const Job& job, FileDescriptor photo) {
    if (job.render.has_value() != (task_.init.model.engine == domain::EngineKind::preview)) {
      return failed(domain::code::internal, "The preview engine makes pictures, and only it does.");
    }
    if (job.byte_count > task_.init.photo.max_bytes) {
      return failed(domain::code::too_large, "The photo has more bytes than the limit allows.");
    }
    auto start = std::chrono::steady_clock::now();
    if (!read_photo(photo.get(), static_cast<std::size_t>(job.byte_count))) {
      return failed(domain::code::blob_missing, "The stored photo is shorter than it was at upload.");
    }
    photo.reset();
    auto read_time = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    if (task_.init.test_mode && !task_.engine.needs_pixels()) obey_marker(file_);
    return job.render ? processor_.render(file_, *job.render) : processor_.process(file_, read_time.count(), job.thumbnail_side);
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
  bool thumbnail_follows_ = false;  // the answer that is being given
};

}  // namespace

int run_child(FileDescriptor jobs, const ChildTask& task) {
  if (!set_up(std::move(jobs), task)) return 1;
  JobLoop loop(task);
  loop.warm_up();
  return loop.run();
}

}  // namespace darkroom::runner
