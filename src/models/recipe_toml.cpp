#include "models/recipe_toml.h"

#include "domain/printable.h"

#include <array>
#include <cmath>
#include <sstream>

namespace darkroom::models {
namespace {

using domain::Recipe;
using Complaint = std::optional<std::string>;
using Three = std::array<double, 3>;

constexpr std::size_t kLongestWord = 200;
constexpr std::size_t kMostOutputs = 50;

struct Range {
  std::string_view field;
  double low;
  double high;
};

// Both ends are allowed; crop_share and deviation are above zero besides.
constexpr std::array kRanges = {Range{"input_width", 1, 16'384},  Range{"input_height", 1, 16'384}, Range{"crop_share", 0, 1},
                                Range{"pad_value", 0, 255},       Range{"mean", -1e6, 1e6},         Range{"deviation", 0, 1e6},
                                Range{"confidence_threshold", 0, 1}, Range{"nms_iou", 0, 1},        Range{"max_detections", 1, 10'000},
                                Range{"top_k", 1, 1'000},         Range{"keypoints", 1, 1'000}};

Range range_of(std::string_view field) {
  for (const Range& range : kRanges) {
    if (range.field == field) return range;
  }
  return {field, -1e6, 1e6};
}

bool is_inside(std::string_view field, double number) {
  Range range = range_of(field);
  bool above_zero = field == "crop_share" || field == "deviation";
  return std::isfinite(number) && number >= range.low && number <= range.high && !(above_zero && number == 0);
}

std::string bounds(std::string_view field) {
  Range range = range_of(field);
  std::ostringstream words;
  bool above_zero = field == "crop_share" || field == "deviation";
  words << (above_zero ? "above " : "from ") << range.low << " to " << range.high << ".";
  return words.str();
}

std::string name(std::string_view field) { return std::string(field); }

Complaint set(std::string_view field, std::string& place, const toml::node& value) {
  auto text = value.value_exact<std::string>();
  if (!text || text->empty() || text->size() > kLongestWord || !domain::is_printable_utf8(*text)) {
    return name(field) + " must be a word such as \"yolox\" or \"detect\".";
  }
  place = *text;
  return std::nullopt;
}

Complaint set(std::string_view field, std::optional<int>& place, const toml::node& value) {
  auto number = value.value_exact<std::int64_t>();
  if (!number || !is_inside(field, static_cast<double>(*number))) return name(field) + " must be a whole number " + bounds(field);
  place = static_cast<int>(*number);
  return std::nullopt;
}

Complaint set(std::string_view field, std::optional<double>& place, const toml::node& value) {
  auto number = value.is_number() ? value.value<double>() : std::nullopt;
  if (!number || !is_inside(field, *number)) return name(field) + " must be a number " + bounds(field);
  place = *number;
  return std::nullopt;
}

Complaint set(std::string_view field, std::optional<bool>& place, const toml::node& value) {
  auto flag = value.value_exact<bool>();
  if (!flag) return name(field) + " must be true or false.";
  place = *flag;
  return std::nullopt;
}

Complaint set(std::string_view field, std::optional<Three>& place, const toml::node& value) {
  const toml::array* list = value.as_array();
  Three numbers{};
  bool fits = list && list->size() == numbers.size();
  for (std::size_t i = 0; fits && i < numbers.size(); ++i) {
    auto number = (*list)[i].is_number() ? (*list)[i].value<double>() : std::nullopt;
    fits = number && is_inside(field, *number);
    if (fits) numbers[i] = *number;
  }
  if (!fits) {
    return name(field) + " must be three numbers, one for each channel of the model's input, such as [123.675, 116.28, 103.53], each " +
           bounds(field);
  }
  place = numbers;
  return std::nullopt;
}

template <class Choice>
Complaint choose(std::string_view field, std::optional<Choice>& place, const toml::node& value, std::optional<Choice> (*parse)(std::string_view),
                 const char* choices) {
  auto text = value.value_exact<std::string_view>();
  auto chosen = text ? parse(*text) : std::nullopt;
  if (!chosen) return name(field) + " must be one of " + choices + ".";
  place = chosen;
  return std::nullopt;
}

Complaint set(std::string_view field, std::optional<domain::TensorLayout>& place, const toml::node& value) {
  return choose(field, place, value, domain::parse_tensor_layout, "\"nchw\", \"nhwc\"");
}
Complaint set(std::string_view field, std::optional<domain::ColourOrder>& place, const toml::node& value) {
  return choose(field, place, value, domain::parse_colour_order, "\"rgb\", \"bgr\"");
}
Complaint set(std::string_view field, std::optional<domain::Fit>& place, const toml::node& value) {
  return choose(field, place, value, domain::parse_fit, "\"letterbox_top_left\", \"letterbox_centre\", \"stretch\", \"centre_crop\", \"own_aspect\"");
}
Complaint set(std::string_view field, std::optional<domain::Interpolation>& place, const toml::node& value) {
  return choose(field, place, value, domain::parse_interpolation, "\"bilinear\", \"bilinear_antialias\", \"bicubic\"");
}
Complaint set(std::string_view field, std::optional<domain::Activation>& place, const toml::node& value) {
  return choose(field, place, value, domain::parse_activation, "\"none\", \"sigmoid\", \"softmax\"");
}
Complaint set(std::string_view field, std::optional<domain::BoxUnit>& place, const toml::node& value) {
  return choose(field, place, value, domain::parse_box_unit, "\"pixels\", \"shares\"");
}

Complaint set(std::string_view field, std::map<std::string, std::string>& place, const toml::node& value) {
  const toml::table* table = value.as_table();
  if (!table || table->size() > kMostOutputs) {
    return name(field) + " must be a table of roles and names of the file's outputs, such as { boxes = \"dets\", labels = \"labels\" }.";
  }
  for (const auto& [role, output] : *table) {
    if (auto complaint = set("outputs." + std::string(role.str()), place[std::string(role.str())], output)) return complaint;
  }
  return std::nullopt;
}

void put(toml::table& table, std::string_view field, const std::string& value) {
  if (!value.empty()) table.insert(field, value);
}
void put(toml::table& table, std::string_view field, const std::optional<int>& value) {
  if (value) table.insert(field, *value);
}
void put(toml::table& table, std::string_view field, const std::optional<double>& value) {
  if (value) table.insert(field, *value);
}
void put(toml::table& table, std::string_view field, const std::optional<bool>& value) {
  if (value) table.insert(field, *value);
}
void put(toml::table& table, std::string_view field, const std::optional<Three>& value) {
  if (value) table.insert(field, toml::array{(*value)[0], (*value)[1], (*value)[2]});
}
void put(toml::table& table, std::string_view field, const std::map<std::string, std::string>& value) {
  toml::table outputs;
  for (const auto& [role, output] : value) outputs.insert(role, output);
  if (!outputs.empty()) table.insert(field, std::move(outputs));
}
template <class Choice>
void put(toml::table& table, std::string_view field, const std::optional<Choice>& value) {
  if (value) table.insert(field, std::string(domain::to_string(*value)));
}

}  // namespace

bool is_recipe_field(std::string_view key) {
  bool found = false;
  const Recipe recipe;
  domain::for_each_field(recipe, [&](std::string_view field, const auto&) { found = found || field == key; });
  return found;
}

std::string recipe_fields() {
  std::string names;
  const Recipe recipe;
  domain::for_each_field(recipe, [&](std::string_view field, const auto&) { names += (names.empty() ? "" : ", ") + std::string(field); });
  return names;
}

std::optional<std::string> set_field(Recipe& recipe, std::string_view key, const toml::node& value) {
  Complaint complaint;
  domain::for_each_field(recipe, [&](std::string_view field, auto& place) {
    if (field == key) complaint = set(field, place, value);
  });
  return complaint;
}

toml::table to_toml(const Recipe& recipe) {
  toml::table table;
  domain::for_each_field(recipe, [&](std::string_view field, const auto& value) { put(table, field, value); });
  return table;
}

}  // namespace darkroom::models
