// One job in one child: sent, limited from outside, answered.
#pragma once

#include "domain/run_limits.h"
#include "runner/pool/pool.h"
#include "runner/pool/zygote.h"
#include "runner/protocol/messages.h"

namespace darkroom::runner {

struct RunContext {
  Zygote& zygote;
  const domain::RunLimits& limits;
  std::chrono::microseconds decode_budget{};  // processor time
  int call_off = -1;
};

// What is left of the child: only one that answered as it should is used again.
enum class ChildIs { good, used_up };

using AnyEnd = std::variant<domain::Outcome, domain::Picture, domain::Failed, domain::Crashed, domain::Interrupted>;

struct JobRun {
  AnyEnd end;
  ChildIs child = ChildIs::used_up;
};

// Waits until a new child has warmed up. None: it is ready. A child that dies or overruns its limits before it has seen a photo says
// something about the model: Failed transient with model_unavailable.
std::optional<AnyEnd> await_warm(Child& child, const RunContext& context);

// Waits for the thumbnail that the child owes; empty: it could not be made. None: the child is used up, without a word about its last job, which has ended.
std::optional<std::string> await_thumbnail(Child& child, int call_off);

// A job with a render order ends in a Picture, another one in an Outcome.
JobRun run_job(Child& child, const Job& job, int photo_fd, const RunContext& context);

}  // namespace darkroom::runner
