#include "api/marks.h"

#include <algorithm>
#include <array>

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostMarks = 1'000;  // more would hide the photo

const json::value* member(const json::value& of, std::string_view name) {
  const auto* object = of.if_object();
  return object ? object->if_contains(name) : nullptr;
}

const json::array* list(const json::value& of, std::string_view name) {
  const json::value* found = member(of, name);
  return found ? found->if_array() : nullptr;
}

std::optional<double> number(const json::value* value) {
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::string text(const json::value& of, std::string_view name) {
  const json::value* found = member(of, name);
  return found && found->is_string() ? std::string(found->as_string()) : "";
}

template <std::size_t count>
std::optional<std::array<double, count>> numbers(const json::array* from) {
  if (!from || from->size() != count) return std::nullopt;
  std::array<double, count> values{};
  for (std::size_t i = 0; i < count; ++i) {
    auto value = number(&(*from)[i]);
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  return values;
}

std::vector<domain::Keypoint> keypoints_of(const json::value& object) {
  std::vector<domain::Keypoint> points;
  const json::array* from = list(object, "keypoints");
  if (!from) return points;
  for (const json::value& point : *from) {
    auto x = number(member(point, "x")), y = number(member(point, "y"));
    if (x && y) points.push_back({*x, *y, number(member(point, "confidence"))});
  }
  return points;
}

std::optional<domain::Mask> mask_of(const json::value& owner) {
  const json::value* from = member(owner, "mask");
  if (!from) return std::nullopt;
  auto box = numbers<4>(list(*from, "bbox"));
  auto size = numbers<2>(list(*from, "size"));
  const json::array* runs = list(*from, "runs");
  if (!box || !size || !runs) return std::nullopt;
  domain::Mask mask{*box, static_cast<int>((*size)[0]), static_cast<int>((*size)[1]), {}};
  mask.runs.reserve(runs->size());
  for (const json::value& run : *runs) mask.runs.push_back(static_cast<int>(number(&run).value_or(0)));
  return mask;
}

std::optional<domain::Mark> object_mark(const json::value& object) {
  auto box = numbers<4>(list(object, "bbox"));
  if (!box) return std::nullopt;
  return domain::Mark{text(object, "class"), number(member(object, "confidence")), *box, numbers<8>(list(object, "corners")), keypoints_of(object),
      mask_of(object)};
}

std::optional<domain::Mark> region_mark(const json::value& region) {
  auto mask = mask_of(region);
  if (!mask) return std::nullopt;
  domain::Box box = mask->box;
  return domain::Mark{.label = text(region, "class"), .confidence = std::nullopt, .box = box, .mask = std::move(mask)};
}

void add_best_class(std::vector<domain::Mark>& marks, const json::value& document, const json::value& result) {
  const json::array* classes = list(result, "classes");
  const json::value* image = member(document, "image_info");
  auto size = image ? numbers<2>(list(*image, "size")) : std::nullopt;
  if (!classes || classes->empty() || !size) return;
  const json::value& best = classes->front();
  marks.push_back({.label = text(best, "class"), .confidence = number(member(best, "confidence")), .box = {0, 0, (*size)[0], (*size)[1]}});
}

template <class Read>
void add_all(std::vector<domain::Mark>& marks, const json::array* from, Read read) {
  if (!from) return;
  for (const json::value& item : *from) {
    if (auto mark = read(item)) marks.push_back(std::move(*mark));
  }
}

}  // namespace

std::vector<domain::Mark> marks_of(const json::value& document, double min_confidence) {
  std::vector<domain::Mark> marks;
  const json::value* result = member(document, "result");
  if (!result) return marks;
  add_all(marks, list(*result, "regions"), region_mark);
  add_all(marks, list(*result, "detected_objects"), object_mark);
  add_best_class(marks, document, *result);
  std::erase_if(marks, [min_confidence](const domain::Mark& mark) { return mark.confidence && *mark.confidence < min_confidence; });
  if (marks.size() > kMostMarks) marks.resize(kMostMarks);
  return marks;
}

}  // namespace darkroom::api
