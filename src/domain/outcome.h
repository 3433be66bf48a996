// What a model found in a photo. Values only: a runner makes them, the worker checks and stores them.
#pragma once

#include "base/result.h"
#include "domain/recipe.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::domain {

// x1, y1, x2, y2 in pixels of the upright photo (after EXIF orientation), clamped to it; x2 >= x1, y2 >= y1.
using Box = std::array<double, 4>;

// A part of the photo: a grid of cells over `box`, row by row from the top left. `runs` counts cells in turn outside and inside, beginning with outside
// (0 where the first cell is inside); the counts add up to width * height. A grid has at most 2^18 cells, whatever the photo's size.
struct Mask {
  Box box{};
  int width = 0;
  int height = 0;
  std::vector<int> runs;
};

struct Keypoint {
  double x = 0;  // pixels of the upright photo; may lie outside it where a body is cut off
  double y = 0;
  std::optional<double> confidence;  // 0..1
};

struct DetectedObject {
  std::string label;
  std::optional<double> confidence;  // 0..1; none where the detector has no score (Haar cascades)
  Box box{};
  std::optional<std::array<double, 8>> corners = {};  // of an oriented box: x, y of four corners in turn
  std::vector<Keypoint> keypoints = {};
  std::optional<Mask> mask = {};
};

// What a classifier says of the whole photo.
struct Classification {
  std::string label;
  int index = 0;          // of the class
  double confidence = 0;  // 0..1
};

// The part of the photo that belongs to one class (semantic segmentation), or to the foreground.
struct Region {
  std::string label;
  double share = 0;  // of the photo's area, 0..1
  Mask mask;
};

struct Findings {
  std::vector<DetectedObject> objects;
  std::vector<Classification> classes;  // best first
  std::vector<Region> regions;          // largest first
  std::vector<float> embedding;         // of length 1 (L2)
};

// The photo as its decoder saw it.
struct ImageInfo {
  int width = 0;  // upright
  int height = 0;
  int raw_width = 0;  // as stored in the file
  int raw_height = 0;
  std::string format;  // JPEG, PNG, WEBP, GIF, HEIC, AVIF
  std::string mode;    // of the file, in Pillow's words: 1, L, LA, P, RGB, RGBA, CMYK, I;16
  int bit_depth = 8;   // per channel
  int orientation = 1; // EXIF value that was applied, 1..8
  int frames = 1;
  int scans = 0;           // JPEG only
  int scale_denominator = 1;  // 1, 2, 4 or 8: the JPEG was decoded at 1/n
  bool truncated = false;
};

// Microseconds of each stage of one attempt, measured inside the runner.
struct StageTimings {
  std::int64_t read = 0;
  std::int64_t decode = 0;
  std::int64_t prepare = 0;
  std::int64_t infer = 0;
  std::int64_t post = 0;
};

struct Outcome {
  Findings found;
  ImageInfo image;
  StageTimings timings;
  std::string engine;          // "onnx", "opencv", "null"
  std::string engine_version;  // "1.27.0"
  Recipe recipe = {};          // what was done, as the model's process reported it before it saw a photo
  std::string extra = {};      // JSON object: what a service of engine `http` said beyond what is known here; empty: nothing. At most kLargestExtra bytes
};

inline constexpr std::size_t kLargestExtra = 256 * 1024;

// Refuses what a runner may not say: numbers that are not finite, boxes outside the photo, absurd counts or texts.
// The runner is untrusted, since it has decoded untrusted bytes. Error code: model_output.
Result<void> validate(const Outcome& outcome);

}  // namespace darkroom::domain
