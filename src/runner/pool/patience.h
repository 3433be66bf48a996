// How long a child is waited for, and what is said to it meanwhile. The soft limit asks it to stop; the hard limit ends the wait; and so does decoding
// that costs more processor time than it may. That is read off the child's clock from here, since whoever has taken a decoder over decides about
// everything inside: the first look comes when a quick job is long done, and a job that decodes no more gets no second one.
#pragma once

#include "domain/run_limits.h"
#include "runner/pool/child.h"
#include "runner/pool/waiting.h"

#include <chrono>

namespace darkroom::runner {

class Patience {
 public:
  Patience(Child& child, const domain::RunLimits& limits, int call_off);

  // From now on the child decodes, and may spend so much on it.
  void bound_decoding(std::chrono::microseconds budget);

  // Until the next frame. too_late: a limit was overrun, and it tells which.
  Waited wait();
  bool is_decoding_too_costly() const { return too_costly_; }

  // The child says that it has decoded. False: nobody has asked it.
  bool take_decoded();

 private:
  bool look(SteadyClock::time_point now);

  Child& child_;
  int call_off_;
  SteadyClock::time_point soft_;
  SteadyClock::time_point hard_;
  SteadyClock::time_point look_ = SteadyClock::time_point::max();
  std::chrono::microseconds spent_before_{};  // by the child, on earlier jobs
  std::chrono::microseconds budget_{};
  bool asked_ = false;
  bool too_costly_ = false;
};

}  // namespace darkroom::runner
