// How large a photo may be, checked from the header at upload and again inside the runner, before a byte is decoded; and what decoding may cost.
#pragma once

#include <chrono>
#include <cstdint>

namespace darkroom::domain {

struct PhotoLimits {
  std::int64_t max_bytes = 25'000'000;
  std::int64_t max_pixels = 64'000'000;  // width x height of the decoded frame
  int max_side = 16'384;                 // pixels
  int max_jpeg_scans = 100;
  // Processor time that decoding may take: so much, and so much more for each megapixel.
  std::chrono::milliseconds decode_time{10'000};
  std::chrono::milliseconds decode_time_of_megapixel{200};
  bool refuse_truncated = false;  // true: a cut-off photo fails; false: it completes and says truncated
  bool heif = false;              // HEIC and AVIF are taken, where the build has their decoders
};

}  // namespace darkroom::domain
