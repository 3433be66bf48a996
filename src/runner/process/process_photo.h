// One job inside a child: from the photo's bytes to what is told about it.
#pragma once

#include "domain/photo_limits.h"
#include "inference/engine.h"
#include "runner/protocol/messages.h"

#include <cstdint>
#include <span>
#include <vector>

namespace darkroom::runner {

class PhotoProcessor {
 public:
  PhotoProcessor(inference::Engine& engine, const domain::PhotoLimits& limits) : engine_(engine), limits_(limits) {}

  // Reads the header, decodes as small as the engine allows, detects. `read_time` in microseconds goes into the record. What the
  // photo or the model is to blame for is answered as Failed; throws std::bad_alloc and what libraries throw.
  ChildMessage process(std::span<const std::uint8_t> file, std::int64_t read_time);

  // One run on a grey picture, so that the first photo does not pay for first touches; its answer does not matter.
  void warm_up();

 private:
  Result<domain::Outcome> run(std::span<const std::uint8_t> file, std::int64_t read_time);

  inference::Engine& engine_;
  const domain::PhotoLimits& limits_;
  std::vector<std::uint8_t> spare_;  // memory of the last photo's pixels, for the next one
};

}  // namespace darkroom::runner
