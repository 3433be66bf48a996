#include "domain/outcome.h"

#include "domain/error_codes.h"

#include <cmath>
#include <string_view>

namespace darkroom::domain {
namespace {

constexpr std::size_t kMostObjects = 10'000;
constexpr std::size_t kLongestLabel = 200;
constexpr int kLongestSide = 1 << 20;

Error refusal(std::string what) {
  return Error{std::string(code::model_output), "The model's answer was refused: " + std::move(what) + "."};
}

bool is_printable_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x20 || lead == 0x7f) return false;
    std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) >> 6) != 2) return false;
    }
    i += length;
  }
  return true;
}

bool is_inside(const Box& box, int width, int height) {
  for (double edge : box) {
    if (!std::isfinite(edge)) return false;
  }
  return box[0] >= 0 && box[1] >= 0 && box[0] <= box[2] && box[1] <= box[3] && box[2] <= width && box[3] <= height;
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
  if (outcome.objects.size() > kMostObjects) return refusal("it holds more than 10000 objects");
  for (const DetectedObject& object : outcome.objects) {
    if (object.label.size() > kLongestLabel || !is_printable_utf8(object.label)) return refusal("a class name is not a short UTF-8 text");
    if (object.confidence && !(*object.confidence >= 0 && *object.confidence <= 1)) return refusal("a confidence is outside 0..1");
    if (!is_inside(object.box, image.width, image.height)) return refusal("a box is outside the photo");
  }
  return {};
}

}  // namespace darkroom::domain
