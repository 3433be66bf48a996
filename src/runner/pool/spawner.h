// Starts runner processes from a thread of its own. A runner asks the kernel to kill it when its parent dies, and by "parent" the kernel
// means the very thread that started it: so that thread has to live as long as the pool.
#pragma once

#include "base/result.h"
#include "runner/pool/process_handle.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>

namespace darkroom::runner {

class Spawner {
 public:
  explicit Spawner(std::string program);
  ~Spawner();

  // Executes the program with `control` as its descriptor 3, nothing else open but the standard ones, and an environment of our own
  // making. Errors: model_unavailable.
  Result<ProcessHandle> spawn(int control);

 private:
  using Task = std::packaged_task<Result<ProcessHandle>()>;
  void run(std::stop_token stop);
  Result<ProcessHandle> spawn_here(int control) const;

  std::string program_;
  std::mutex mutex_;
  std::condition_variable_any added_;
  std::deque<Task> tasks_;
  std::jthread thread_;
};

}  // namespace darkroom::runner
