// A bound on the processor time that decoding one photo takes, as against the time that passes: a busy machine spends none of it. The kernel keeps it, so
// that a decoder which runs in circles needs no thread beside it that looks. The process ends of SIGPROF, and whoever waits for it knows why.
#pragma once

#include "domain/photo_limits.h"

#include <cstdint>

namespace darkroom::runner {

class DecodeBudget {
 public:
  DecodeBudget(const domain::PhotoLimits& limits, std::int64_t pixels);
  ~DecodeBudget();  // decoding is over
  DecodeBudget(const DecodeBudget&) = delete;
  DecodeBudget& operator=(const DecodeBudget&) = delete;
};

}  // namespace darkroom::runner
