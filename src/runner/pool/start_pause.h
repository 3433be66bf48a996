// How long to leave a model alone that does not start, so that its jobs do not spend the machine on starting it again and again:
// 1, 2, 4 ... 60 seconds after the first, second, third ... failure in a row.
#pragma once

#include "base/result.h"

#include <chrono>
#include <optional>

namespace darkroom::runner {

class StartPause {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  void failed(Moment now, Error error);
  void worked();
  // Why not to try now.
  std::optional<Error> refusal(Moment now) const;

 private:
  int failures_ = 0;
  Moment until_{};
  std::optional<Error> error_;
};

}  // namespace darkroom::runner
