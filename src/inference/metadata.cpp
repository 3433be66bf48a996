#include "inference/metadata.h"

#include "domain/printable.h"
#include "inference/metadata_literal.h"

#include <algorithm>
#include <array>
#include <utility>

namespace darkroom::inference {
namespace {

constexpr std::size_t kMostNames = 100'000;
constexpr std::size_t kLongestName = 200;  // bytes
constexpr std::size_t kMostLines = 60;
constexpr std::size_t kLongestKey = 100;
constexpr std::size_t kLongestLine = 500;
constexpr int kLargestSide = 16'384;
constexpr int kMostKeypoints = 1'000;
constexpr int kChannels = 3;
constexpr double kLargestByte = 255;
constexpr double kMostOfAShare = 1;  // a mean or deviation above it is one of bytes

using Raw = std::map<std::string, std::string>;

std::string text_at(const Raw& raw, const char* key) {
  auto found = raw.find(key);
  return found == raw.end() ? std::string() : domain::printable(found->second, kLongestLine);
}

std::optional<Literal> literal_at(const Raw& raw, const char* key) {
  auto found = raw.find(key);
  return found == raw.end() ? std::nullopt : parse_literal(found->second);
}

std::string name_of(const Literal& literal) { return literal.text() == nullptr ? std::string() : domain::printable(*literal.text(), kLongestName); }

// {0: 'a', 2: 'c'}, {'0': 'a'}, or ['a', 'b'].
std::vector<std::string> names_in(const Literal& literal) {
  std::vector<std::string> names;
  if (const LiteralList* list = literal.list(); list != nullptr && list->size() <= kMostNames) {
    for (const Literal& item : *list) names.push_back(name_of(item));
  }
  const LiteralDict* dict = literal.dict();
  for (const auto& [key, value] : dict == nullptr ? LiteralDict{} : *dict) {
    std::optional<Literal> quoted = key.text() != nullptr ? parse_literal(*key.text()) : std::nullopt;
    std::optional<int> index = quoted ? quoted->whole() : key.whole();
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= kMostNames) return {};
    names.resize(std::max(names.size(), static_cast<std::size_t>(*index) + 1));
    names[static_cast<std::size_t>(*index)] = name_of(value);
  }
  return names;
}

std::optional<bool> flag_in(const Literal& literal) {
  const bool* flag = std::get_if<bool>(&literal.value);
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

std::optional<int> within(const std::optional<int>& number, int low, int high) {
  return number && *number >= low && *number <= high ? number : std::nullopt;
}

// timm's input_size is (3, height, width).
std::optional<Literal> without_channels(std::optional<Literal> size) {
  const LiteralList* sides = size ? size->list() : nullptr;
  if (sides == nullptr || sides->size() != 3 || (*sides)[0].whole() != kChannels) return size;
  return Literal{LiteralList{(*sides)[1], (*sides)[2]}};
}

// [height, width], or one number for both.
void read_size(const Raw& raw, Metadata& metadata) {
  std::optional<Literal> size = literal_at(raw, "imgsz");
  if (!size) size = without_channels(literal_at(raw, "input_size"));
  if (!size) return;
  const LiteralList* sides = size->list();
  if (sides != nullptr && sides->size() == 2) {
    metadata.input_height = within((*sides)[0].whole(), 1, kLargestSide);
    metadata.input_width = within((*sides)[1].whole(), 1, kLargestSide);
  } else if (sides == nullptr || sides->size() == 1) {
    metadata.input_height = metadata.input_width = within(sides == nullptr ? size->whole() : (*sides)[0].whole(), 1, kLargestSide);
  }
  if (!metadata.input_height || !metadata.input_width) metadata.input_height = metadata.input_width = std::nullopt;
}

void read_keypoints(const Raw& raw, Metadata& metadata) {
  std::optional<Literal> shape = literal_at(raw, "kpt_shape");
  const LiteralList* sizes = shape ? shape->list() : nullptr;
  if (sizes == nullptr || sizes->size() != 2) return;
  metadata.keypoints = within((*sizes)[0].whole(), 1, kMostKeypoints);
  metadata.keypoint_fields = within((*sizes)[1].whole(), 2, 3);
}

void read_args(const Raw& raw, Metadata& metadata) {
  std::optional<Literal> args = literal_at(raw, "args");
  const LiteralDict* dict = args ? args->dict() : nullptr;
  for (const auto& [key, value] : dict == nullptr ? LiteralDict{} : *dict) {
    if (key.text() != nullptr && *key.text() == "nms") metadata.nms = flag_in(value).value_or(false);
  }
  if (std::optional<Literal> nms = literal_at(raw, "nms")) metadata.nms = flag_in(*nms).value_or(metadata.nms);
  if (std::optional<Literal> flag = literal_at(raw, "end2end")) metadata.end2end = flag_in(*flag);
}

std::optional<std::array<double, 3>> three_at(const Raw& raw, const char* key) {
  std::optional<Literal> literal = literal_at(raw, key);
  const LiteralList* list = literal ? literal->list() : nullptr;
  if (list == nullptr || list->size() != kChannels) return std::nullopt;
  std::array<double, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::optional<double> number = (*list)[i].number();
    if (!number || *number < 0 || *number > kLargestByte) return std::nullopt;
    numbers[i] = *number;
  }
  return numbers;
}

// Of pixels in 0..1, unless one of the numbers is too large for that.
void read_scale(const Raw& raw, domain::Recipe& said) {
  auto mean = three_at(raw, "mean");
  auto deviation = three_at(raw, "std");
  if (!mean || !deviation || std::ranges::min(*deviation) <= 0) return;
  double unit = std::max(std::ranges::max(*mean), std::ranges::max(*deviation)) > kMostOfAShare ? 1 : kLargestByte;
  for (double& number : *mean) number *= unit;
  for (double& number : *deviation) number *= unit;
  said.mean = mean;
  said.deviation = deviation;
}

// As ONNX says of models of pictures; Custom Vision and others for Windows write it.
void read_pixels(const Raw& raw, Metadata& metadata) {
  domain::Recipe& said = metadata.preparation;
  std::string format = text_at(raw, "Image.BitmapPixelFormat");
  if (format == "Rgb8") said.colour = domain::ColourOrder::rgb;
  if (format == "Bgr8") said.colour = domain::ColourOrder::bgr;
  static const std::map<std::string, std::pair<double, double>> kRanges = {
      {"NominalRange_0_255", {0, 1}}, {"Normalized_0_1", {0, kLargestByte}}, {"Normalized_1_1", {kLargestByte / 2, kLargestByte / 2}}};
  auto range = kRanges.find(text_at(raw, "Image.NominalPixelRange"));
  if (range == kRanges.end() || metadata.says_scale()) return;
  auto three = [](double number) { return std::array<double, 3>{number, number, number}; };
  said.mean = three(range->second.first);
  said.deviation = three(range->second.second);
  metadata.says_range = true;
}

// Those who write this resize with Pillow or as it does.
void read_resizing(const Raw& raw, domain::Recipe& said) {
  std::optional<Literal> share = literal_at(raw, "crop_pct");
  if (std::optional<double> number = share ? share->number() : std::nullopt; number && *number > 0 && *number <= 1) said.crop_share = number;
  std::string by = text_at(raw, "interpolation");
  if (by == "bilinear") said.interpolation = domain::Interpolation::bilinear_antialias;
  if (by == "bicubic") said.interpolation = domain::Interpolation::bicubic;
}

// "AGPL-3.0 License (https://ultralytics.com/license)" -> "AGPL-3.0"
std::string licence_in(std::string text) {
  std::size_t end = text.find(" License");
  return end == text.npos ? text : text.substr(0, end);
}

}  // namespace

Metadata read_metadata(const Raw& raw) {
  Metadata metadata;
  for (const auto& [key, value] : raw) {
    if (metadata.lines.size() < kMostLines && !key.empty())
      metadata.lines[domain::printable(key, kLongestKey)] = domain::printable(value, kLongestLine);
  }
  metadata.task = text_at(raw, "task");
  metadata.head = text_at(raw, "head");
  metadata.description = text_at(raw, "description");
  metadata.licence = licence_in(text_at(raw, raw.contains("license") ? "license" : "licence"));
  for (const char* key : {"names", "class_names", "classes", "labels"}) {
    if (!metadata.names.empty()) break;
    if (std::optional<Literal> names = literal_at(raw, key)) metadata.names = names_in(*names);
  }
  read_size(raw, metadata);
  read_keypoints(raw, metadata);
  read_args(raw, metadata);
  read_scale(raw, metadata.preparation);
  read_pixels(raw, metadata);
  read_resizing(raw, metadata.preparation);
  auto names_them = [](const std::string& text) { return text.find("Ultralytics") != text.npos; };
  metadata.of_ultralytics = names_them(metadata.description) || names_them(text_at(raw, "author"));
  return metadata;
}

}  // namespace darkroom::inference
