// One job inside a child: from the photo's bytes to what is told about it, or to a picture of it.
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

  // Reads the header, decodes as small as the engine and the thumbnail allow, detects. An engine that takes no pixels gives no thumbnail; one
  // that cannot be made is left out. `read_time` in microseconds goes into the record. What the photo or the model is to blame for is answered
  // as Failed; throws std::bad_alloc and what libraries throw.
  ChildMessage process(std::span<const std::uint8_t> file, std::int64_t read_time, int thumbnail_side);

  // Decodes as small as the order allows, and renders. Failed and exceptions as above.
  ChildMessage render(std::span<const std::uint8_t> file, const domain::RenderOrder& order);

  // One run on a grey picture, so that the first photo does not pay for first touches; its answer does not matter.
  void warm_up();

 private:
  Result<domain::Outcome> run(std::span<const std::uint8_t> file, std::int64_t read_time, int thumbnail_side);
  Result<Rendered> make_picture(std::span<const std::uint8_t> file, const domain::RenderOrder& order);
  void keep_memory(imaging::Pixels pixels);

  inference::Engine& engine_;
  const domain::PhotoLimits& limits_;
  std::vector<std::uint8_t> spare_;  // memory of the last photo's pixels, for the next one
};

}  // namespace darkroom::runner
