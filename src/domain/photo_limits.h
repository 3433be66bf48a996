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

// What decoding a photo of so many pixels may cost. 0 pixels: not known, so what the largest may.
inline std::chrono::microseconds decode_budget(const PhotoLimits& limits, std::int64_t pixels) {
  constexpr std::int64_t kPixelsOfMillisecond = 1'000;  // of a megapixel's: as many make a microsecond of it
  std::int64_t counted = pixels > 0 ? pixels : limits.max_pixels;
  return limits.decode_time + std::chrono::microseconds(limits.decode_time_of_megapixel.count() * counted / kPixelsOfMillisecond);
}

}  // namespace darkroom::domain
