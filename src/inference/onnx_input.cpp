#include "inference/onnx_input.h"

#include "inference/onnx_numbers.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace darkroom::inference {
namespace {

constexpr std::size_t kChannels = 3;

std::uint8_t to_byte(float value) { return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F))); }

void write_number(std::byte* to, std::string_view type, float value) {
  if (type == "uint8") {
    *to = static_cast<std::byte>(to_byte(value));
  } else if (type == "float16") {
    std::uint16_t half = to_half(value);
    std::memcpy(to, &half, sizeof half);
  } else {
    std::memcpy(to, &value, sizeof value);
  }
}

}  // namespace

PictureInput::PictureInput(const Recognised& recognised) : type_(recognised.image_type) {
  const domain::Recipe& recipe = recognised.reading.recipe;
  most_ = {recognised.reading.input_width, recognised.reading.input_height};
  plan_.width = most_.width;
  plan_.height = most_.height;
  plan_.order = recipe.colour.value_or(domain::ColourOrder::rgb);
  plan_.fit = recipe.fit.value_or(domain::Fit::stretch);
  plan_.interpolation = recipe.interpolation.value_or(domain::Interpolation::bilinear);
  plan_.pad_value = static_cast<float>(recipe.pad_value.value_or(0));
  for (std::size_t i = 0; i < kChannels; ++i) {
    plan_.mean[i] = static_cast<float>(recipe.mean.value_or(std::array<double, 3>{0, 0, 0})[i]);
    plan_.scale[i] = static_cast<float>(1 / recipe.deviation.value_or(std::array<double, 3>{1, 1, 1})[i]);
  }
  plan_.crop_share = recipe.crop_share.value_or(1);
  nhwc_ = recipe.layout == domain::TensorLayout::nhwc;
  planes_.resize(count());
  if (nhwc_ || type_ != "float32") converted_.resize(count() * size_of_number(type_));
}

std::size_t PictureInput::count() const { return kChannels * static_cast<std::size_t>(plan_.width) * static_cast<std::size_t>(plan_.height); }

std::span<std::byte> PictureInput::bytes() {
  if (converted_.empty()) return std::as_writable_bytes(std::span(planes_).first(count()));
  return std::span(converted_).first(count() * size_of_number(type_));
}

// A photo that is smaller than the most stays as it is.
PictureInput::Sides PictureInput::sides_for(int width, int height) const {
  if (!takes_any_size()) return most_;
  double scale = std::min({1.0, static_cast<double>(most_.width) / width, static_cast<double>(most_.height) / height});
  auto side = [&](int whole, int most) { return std::clamp(static_cast<int>(std::lround(whole * scale)), 1, most); };
  return {side(width, most_.width), side(height, most_.height)};
}

std::vector<std::int64_t> PictureInput::shape() const {
  if (nhwc_) return {1, plan_.height, plan_.width, 3};
  return {1, 3, plan_.height, plan_.width};
}

imaging::Placement PictureInput::fill(const imaging::Pixels& pixels, int width, int height) {
  Sides sides = sides_for(width, height);
  plan_.width = sides.width;
  plan_.height = sides.height;
  imaging::Placement placement = imaging::pack(pixels, width, height, plan_, std::span(planes_).first(count()));
  if (!converted_.empty()) convert();
  return placement;
}

void PictureInput::convert() {
  std::size_t plane = count() / kChannels;
  std::size_t size = size_of_number(type_);
  for (std::size_t i = 0; i < count(); ++i) {
    std::size_t place = nhwc_ ? (i % plane) * kChannels + i / plane : i;
    write_number(converted_.data() + place * size, type_, planes_[i]);
  }
}

WantedSize PictureInput::wanted(int width, int height) const {
  Sides sides = sides_for(width, height);
  double across = static_cast<double>(sides.width) / width;
  double down = static_cast<double>(sides.height) / height;
  bool inside = plan_.fit == domain::Fit::letterbox_centre || plan_.fit == domain::Fit::letterbox_top_left;
  double scale = inside ? std::min(across, down) : std::max(across, down);
  if (plan_.fit == domain::Fit::centre_crop) scale /= plan_.crop_share;
  scale *= plan_.interpolation == domain::Interpolation::bilinear ? kDecodeBeyondTensor : kDecodeBeyondAveragedTensor;
  if (scale >= 1) return {};
  return {static_cast<int>(std::lround(width * scale)), static_cast<int>(std::lround(height * scale))};
}

}  // namespace darkroom::inference
