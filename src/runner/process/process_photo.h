// One job inside a child: from the photo's bytes to what is told about it, or to a picture of it.
#pragma once

#include "domain/photo_limits.h"
#include "imaging/decode.h"
#include "inference/engine.h"
#include "runner/protocol/messages.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace darkroom::runner {

class PhotoProcessor {
 public:
  PhotoProcessor(inference::Engine& engine, const domain::PhotoLimits& limits) : engine_(engine), limits_(limits) {}

  // Reads the header, decodes as small as the engine and the thumbnail allow, detects. `read_time` in microseconds goes into the record. What the
  // photo or the model is to blame for is answered as Failed; throws std::bad_alloc and what libraries throw. Of a Done whose thumbnail follows, the
  // pixels are kept until make_thumbnail() or the next photo: an engine that takes no pixels leaves none.
  ChildMessage process(std::span<const std::uint8_t> file, std::int64_t read_time, int thumbnail_side);

  // Of the photo that was processed last, and once. Empty where it cannot be made; throws as above.
  Thumbnail make_thumbnail();

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
  struct Shown {
    imaging::DecodedPhoto photo;
    int side = 0;  // pixels
  };
  std::optional<Shown> shown_;       // a photo that a thumbnail is still to be made of
  std::vector<std::uint8_t> spare_;  // memory of the last photo's pixels, for the next one
};

}  // namespace darkroom::runner
