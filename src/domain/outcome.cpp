#include "domain/outcome.h"

#include "domain/error_codes.h"
#include "domain/printable.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace darkroom::domain {
namespace {

constexpr std::size_t kMostObjects = 10'000;
constexpr std::size_t kLongestLabel = 200;
constexpr int kLongestSide = 1 << 20;
constexpr int kMostMaskCells = 1 << 18;
constexpr std::size_t kMostKeypoints = 1'000;
constexpr std::size_t kMostRegions = 1'000;
constexpr std::size_t kLongestEmbedding = 16'384;

Error refusal(std::string what) {
  return Error{std::string(code::model_output), "The model's answer was refused: " + std::move(what) + "."};
}

bool is_inside(const Box& box, int width, int height) {
  for (double edge : box) {
    if (!std::isfinite(edge)) return false;
  }
  return box[0] >= 0 && box[1] >= 0 && box[0] <= box[2] && box[1] <= box[3] && box[2] <= width && box[3] <= height;
}

bool is_share(double value) { return value >= 0 && value <= 1; }

bool is_name(const std::string& label) { return label.size() <= kLongestLabel && is_printable_utf8(label); }

// The runs of a mask fill its grid exactly.
bool is_sound(const Mask& mask, const ImageInfo& image) {
  if (mask.width < 1 || mask.height < 1 || mask.width > kMostMaskCells || mask.height > kMostMaskCells) return false;
  std::int64_t cells = static_cast<std::int64_t>(mask.width) * mask.height;
  if (cells > kMostMaskCells || static_cast<std::int64_t>(mask.runs.size()) > cells + 1) return false;
  if (std::ranges::any_of(mask.runs, [](int run) { return run < 0; })) return false;
  return std::accumulate(mask.runs.begin(), mask.runs.end(), std::int64_t{0}) == cells && is_inside(mask.box, image.width, image.height);
}

// Keypoints and corners may lie outside the photo, where a body is cut off; not by more than its size.
bool is_near(double x, double y, const ImageInfo& image) {
  return std::isfinite(x) && std::isfinite(y) && x >= -image.width && x <= 2.0 * image.width && y >= -image.height && y <= 2.0 * image.height;
}

Result<void> check_object(const DetectedObject& object, const ImageInfo& image) {
  if (!is_name(object.label)) return refusal("a class name is not a short UTF-8 text");
  if (object.confidence && !is_share(*object.confidence)) return refusal("a confidence is outside 0..1");
  if (!is_inside(object.box, image.width, image.height)) return refusal("a box is outside the photo");
  if (object.mask && !is_sound(*object.mask, image)) return refusal("a mask does not fill its grid");
  if (object.keypoints.size() > kMostKeypoints) return refusal("an object has more than 1000 keypoints");
  for (const Keypoint& point : object.keypoints) {
    if (!is_near(point.x, point.y, image)) return refusal("a keypoint is far outside the photo");
    if (point.confidence && !is_share(*point.confidence)) return refusal("a keypoint's confidence is outside 0..1");
  }
  if (object.corners) {
    for (std::size_t i = 0; i < object.corners->size(); i += 2) {
      if (!is_near((*object.corners)[i], (*object.corners)[i + 1], image)) return refusal("a corner is far outside the photo");
    }
  }
  return {};
}

Result<void> check_objects(const Outcome& outcome) {
  if (outcome.found.objects.size() > kMostObjects) return refusal("it holds more than 10000 objects");
  for (const DetectedObject& object : outcome.found.objects) {
    if (Result<void> good = check_object(object, outcome.image); !good) return good;
  }
  return {};
}

Result<void> check_classes(const Findings& found) {
  if (found.classes.size() > kMostObjects) return refusal("it names more than 10000 classes");
  for (const Classification& one : found.classes) {
    if (!is_name(one.label)) return refusal("a class name is not a short UTF-8 text");
    if (!is_share(one.confidence) || one.index < 0) return refusal("a class has no confidence in 0..1");
  }
  return {};
}

Result<void> check_regions(const Outcome& outcome) {
  if (outcome.found.regions.size() > kMostRegions) return refusal("it holds more than 1000 regions");
  for (const Region& region : outcome.found.regions) {
    if (!is_name(region.label) || !is_share(region.share)) return refusal("a region has no name or no share in 0..1");
    if (!is_sound(region.mask, outcome.image)) return refusal("a region's mask does not fill its grid");
  }
  return {};
}

}  // namespace

Result<void> validate(const Outcome& outcome) {
  const ImageInfo& image = outcome.image;
  if (image.width < 0 || image.height < 0 || image.width > kLongestSide || image.height > kLongestSide) {
    return refusal("the size of the photo is impossible");
  }
  if (!is_printable_utf8(image.format) || !is_printable_utf8(image.mode) || image.format.size() > 16 || image.mode.size() > 16) {
    return refusal("the photo's format is not a name");
  }
  if (Result<void> good = check_objects(outcome); !good) return good;
  if (Result<void> good = check_classes(outcome.found); !good) return good;
  if (Result<void> good = check_regions(outcome); !good) return good;
  if (outcome.found.embedding.size() > kLongestEmbedding) return refusal("an embedding has more than 16384 numbers");
  if (!std::ranges::all_of(outcome.found.embedding, [](float value) { return std::isfinite(value); })) return refusal("an embedding holds a number that is not finite");
  if (outcome.extra.size() > kLargestExtra) return refusal("what it says beyond the known fields is longer than 256 KB");
  return {};
}

}  // namespace darkroom::domain
