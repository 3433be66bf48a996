// One zygote process, from its start until it is gone. Not thread-safe; the zygote that owns it holds a lock.
#pragma once

#include "base/result.h"
#include "domain/model.h"
#include "runner/pool/child.h"
#include "runner/pool/pool.h"
#include "runner/pool/spawner.h"
#include "runner/pool/waiting.h"
#include "runner/protocol/messages.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace darkroom::runner {

struct Account {  // whom runners run as; negative: as we do
  std::int64_t uid = -1;
  std::int64_t gid = -1;
  std::string name;
};

struct PoolParts {  // what all zygotes share
  const PoolConfig& config;
  const Account& account;
  Spawner& spawner;
};

inline constexpr const char* kCalledOff = "called_off";  // error code between the parts of the pool, never shown

class ZygoteProcess;
struct Started {
  std::unique_ptr<ZygoteProcess> process;         // none: the error says why
  Error error = {};                               // model_unavailable or model_ambiguous with the reason, kCalledOff
  std::vector<domain::Candidate> candidates = {};  // where it is model_ambiguous
};

class ZygoteProcess {
 public:
  // Starts it and waits until the model is loaded.
  static Started start(const PoolParts& parts, const domain::Model& model, int call_off);
  ~ZygoteProcess();  // kills it, and by that its children
  ZygoteProcess(const ZygoteProcess&) = delete;
  ZygoteProcess& operator=(const ZygoteProcess&) = delete;

  const std::string& sandbox() const { return sandbox_; }
  const ProcessHandle& process() const { return process_; }
  std::uint64_t generation() const { return generation_; }
  bool is_alive() const { return !process_.has_ended(); }
  std::size_t children() const { return children_.size(); }
  std::vector<int> family() const;  // its pid, then those of its children
  const domain::ModelReport& report() const { return *report_; }

  // Errors: model_unavailable; after one this process is of no more use.
  Result<Child> fork();
  // The wait status of a child that has ended; none when the zygote does not tell. Call once a child, or forget() it.
  std::optional<int> exit_status(int pid);
  void forget(int pid);

 private:
  ZygoteProcess(const PoolParts& parts, ProcessHandle process, FileDescriptor control);
  Result<void> load(const domain::Model& model, int call_off);
  Result<ZygoteMessage> receive(SteadyClock::time_point deadline, int call_off);  // the next message; an Exited is noted
  Result<ZygoteMessage> receive_answer(SteadyClock::time_point deadline, int call_off);  // the next one that is no Exited
  std::string how_it_ended() const;

  const PoolConfig& config_;
  const Account& account_;
  ProcessHandle process_;
  FileDescriptor control_;
  FrameReader reader_{Descriptors::accepted};
  std::uint64_t generation_;
  std::string sandbox_;
  std::shared_ptr<const domain::ModelReport> report_;
  std::vector<domain::Candidate> candidates_;
  std::map<int, std::optional<int>> children_;  // pid: wait status once it has ended
};

}  // namespace darkroom::runner
