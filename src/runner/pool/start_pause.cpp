// The pause doubles with each failure in a row.
#include "runner/pool/start_pause.h"

#include <algorithm>

namespace darkroom::runner {
namespace {

constexpr int kMostDoublings = 6;
constexpr std::chrono::seconds kLongest{60};

}  // namespace

void StartPause::failed(Moment now, Error error) {
  until_ = now + std::min(std::chrono::seconds{1} * (1 << std::min(failures_, kMostDoublings)), kLongest);
  ++failures_;
  error_ = std::move(error);
}

void StartPause::worked() {
  failures_ = 0;
  error_.reset();
}

std::optional<Error> StartPause::refusal(Moment now) const { return error_ && now < until_ ? error_ : std::nullopt; }

}  // namespace darkroom::runner
