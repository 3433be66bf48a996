// What several families ask of a file.
#include "inference/families.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace darkroom::inference {

std::string describe(const TensorFacts& tensor) {
  std::string sizes;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    std::string symbol = i < tensor.symbols.size() && !tensor.symbols[i].empty() ? tensor.symbols[i] : "?";
    sizes += (sizes.empty() ? "" : ",") + (tensor.shape[i] < 0 ? symbol : std::to_string(tensor.shape[i]));
  }
  return tensor.name + " " + tensor.type + "[" + sizes + "]";
}

bool has_word(std::string text, std::string_view word) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text.find(word) != text.npos;
}

std::vector<const TensorFacts*> float_outputs(const SeenFile& file, std::size_t rank) {
  std::vector<const TensorFacts*> found;
  for (const TensorFacts& output : file.outputs) {
    if (is_float(output) && output.shape.size() == rank && may_be(output.shape[0], 1)) found.push_back(&output);
  }
  return found;
}

const TensorFacts* named_by_owner(const SeenFile& file, const std::string& role) {
  auto name = file.owner.outputs.find(role);
  if (name == file.owner.outputs.end()) return nullptr;
  auto found = std::ranges::find(file.outputs, name->second, &TensorFacts::name);
  return found == file.outputs.end() ? nullptr : &*found;
}

namespace {

constexpr std::int64_t kPrototypeStride = 4;
constexpr std::int64_t kSidesOfABox = 4;
constexpr std::array<std::int64_t, 4> kHeadStrides = {8, 16, 32, 64};

bool is_map_of_stride(const SeenFile& file, const TensorFacts& map, std::int64_t stride) {
  auto fits = [&](std::int64_t size, std::int64_t side) { return size < 0 || side < 0 || size == side / stride; };
  return is_float(map) && map.shape.size() == 4 && may_be(map.shape[0], 1) && map.shape[1] > 0 && fits(map.shape[2], file.height) &&
         fits(map.shape[3], file.width);
}

}  // namespace

const TensorFacts* prototypes_of(const SeenFile& file) {
  if (const TensorFacts* named = named_by_owner(file, "prototypes")) return named->shape.size() == 4 && named->shape[1] > 0 ? named : nullptr;
  if (auto maps = float_outputs(file, 4); file.task() == "segment" && maps.size() == 1 && maps[0]->shape[1] > 0) return maps[0];
  const TensorFacts* found = nullptr;
  for (const TensorFacts& output : file.outputs) {
    if (!is_map_of_stride(file, output, kPrototypeStride)) continue;
    if (found != nullptr) return nullptr;  // two of them: not told
    found = &output;
  }
  return found;
}

bool is_head(const SeenFile& file, const TensorFacts& output) {
  return std::ranges::any_of(kHeadStrides, [&](std::int64_t stride) { return is_map_of_stride(file, output, stride); });
}

bool gives_finds_apart(const SeenFile& file) {
  auto has = [&](std::size_t rank, bool of_floats) {
    return std::ranges::count_if(file.declared, [&](const TensorFacts& one) {
      bool counted = one.shape.size() == rank && one.shape[0] < 0 && (rank < 2 || one.shape[1] == kSidesOfABox);
      return counted && is_float(one) == of_floats;
    }) == 1;
  };
  return has(2, true) && has(1, true) && has(1, false);
}

const Observation* observed(const SeenFile& file, const TensorFacts& output) {
  if (file.probe == nullptr) return nullptr;
  auto found = file.probe->outputs.find(output.name);
  return found == file.probe->outputs.end() ? nullptr : &found->second;
}

std::int64_t cells(const SeenFile& file, std::span<const int> strides) {
  if (file.width < 0 || file.height < 0) return kOpenSize;
  std::int64_t count = 0;
  for (int stride : strides) count += (file.height / stride) * (file.width / stride);
  return count;
}

Range range_of(std::span<const float> values) {
  Range range;
  if (values.empty()) return range;
  range.finite = std::ranges::all_of(values, [](float value) { return value - value == 0; });
  auto [lowest, highest] = std::ranges::minmax_element(values);
  range.lowest = *lowest;
  range.highest = *highest;
  return range;
}

std::optional<domain::BoxUnit> unit_of_boxes(const Range& centres, const Range& sizes) {
  if (!(sizes.highest > 0)) return std::nullopt;
  return std::max(centres.highest, sizes.highest) <= kLargestShare ? domain::BoxUnit::shares : domain::BoxUnit::pixels;
}

const char* words_of(domain::BoxUnit unit) {
  switch (unit) {
    case domain::BoxUnit::pixels: return "; in a probe run boxes were in pixels";
    case domain::BoxUnit::shares: return "; in a probe run boxes were shares of the input's sides, not pixels";
  }
  return "";
}

Range range_of_columns(const Observation& table, std::size_t length, std::size_t first, std::size_t end) {
  std::vector<float> part;
  for (std::size_t row = 0; length > 0 && row + length <= table.values.size(); row += length) {
    for (std::size_t column = first; column < end; ++column) part.push_back(table.values[row + column]);
  }
  return range_of(part);
}

}  // namespace darkroom::inference
