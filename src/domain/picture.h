// Pictures for people: what is ordered of a preview slot, and what comes back.
#pragma once

#include "base/result.h"
#include "domain/outcome.h"

#include <optional>
#include <string>
#include <vector>

namespace darkroom::domain {

// Something to draw over a photo, in pixels of the upright photo.
struct Mark {
  std::string label;
  std::optional<double> confidence;
  Box box{};
  std::optional<std::array<double, 8>> corners = {};  // drawn instead of the box where there are any
  std::vector<Keypoint> keypoints = {};
  std::optional<Mask> mask = {};
};

struct RenderOrder {
  int max_side = 320;  // pixels of the longer side, 16..4096; a smaller photo is not enlarged
  int quality = 80;    // of the JPEG, 1..100
  std::vector<Mark> marks = {};
};

struct Picture {
  std::string jpeg;
  int width = 0;
  int height = 0;
};

// The sizes that are made: small enough to keep, large enough for what they are for.
inline constexpr int kThumbnailSide = 320;
inline constexpr int kThumbnailQuality = 78;
inline constexpr int kPreviewSide = 1600;
inline constexpr int kPreviewQuality = 85;

}  // namespace darkroom::domain
