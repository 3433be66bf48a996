#include "remote/answer_fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace darkroom::remote {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kFindings = {"detected_objects", "classes", "regions", "embedding"};
constexpr double kMayStickOut = 1;  // pixels, for a service that rounds

const json::value kNothing;
const json::array kNone;
const json::object kEmpty;

// The first of these fields that is there and not null.
const json::value& first_of(const json::object& from, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (const json::value* found = from.if_contains(key); found && !found->is_null()) return *found;
  }
  return kNothing;
}

std::string item(const std::string& place, std::size_t index) { return place + "[" + std::to_string(index) + "]"; }

}  // namespace

bool AnswerFields::is_finding(std::string_view key) { return std::ranges::find(kFindings, key) != kFindings.end(); }

void AnswerFields::wrong(const std::string& what) {
  if (!trouble_) trouble_ = what;
}

const json::array& AnswerFields::list(const json::object& from, const char* key, const std::string& place) {
  const json::value& found = first_of(from, {key});
  if (found.is_null()) return kNone;
  if (const json::array* array = found.if_array()) return *array;
  wrong(place + " must be a list");
  return kNone;
}

const json::object& AnswerFields::object(const json::value& value, const std::string& place) {
  if (const json::object* found = value.if_object()) return *found;
  wrong(place + " must be an object");
  return kEmpty;
}

double AnswerFields::number(const json::value& value, const std::string& place) {
  if (value.is_number()) return value.to_number<double>();
  wrong(place + " must be a number");
  return 0;
}

std::string AnswerFields::name(const json::object& from, const std::string& place) {
  const json::value& found = first_of(from, {"class", "label"});
  if (const json::string* text = found.if_string()) return std::string(*text);
  wrong(place + ".class must be a text");
  return {};
}

std::optional<double> AnswerFields::confidence(const json::object& from, const std::string& place) {
  const json::value& found = first_of(from, {"confidence"});
  if (found.is_null()) return std::nullopt;
  double value = number(found, place + ".confidence");
  if (!(value >= 0 && value <= 1)) wrong(place + ".confidence must be from 0 to 1");
  return value;
}

domain::Box AnswerFields::box(const json::object& from, const std::string& place) {
  const json::array* edges = first_of(from, {"bbox", "box"}).if_array();
  if (!edges || edges->size() != 4) {
    wrong(place + ".bbox must be [x1, y1, x2, y2]");
    return {};
  }
  domain::Box box{};
  const std::array<double, 4> ends = {double(image_.width), double(image_.height), double(image_.width), double(image_.height)};
  for (std::size_t i = 0; i < 4; ++i) {
    double edge = number((*edges)[i], place + ".bbox");
    if (!(edge >= -kMayStickOut && edge <= ends[i] + kMayStickOut)) {
      wrong(place + ".bbox sticks out of the upright photo, which has " + std::to_string(image_.width) + " x " + std::to_string(image_.height) +
            " pixels");
      return {};
    }
    box[i] = std::clamp(edge, 0.0, ends[i]);
  }
  if (box[0] > box[2] || box[1] > box[3]) wrong(place + ".bbox must be [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2, not a width and a height");
  return box;
}

domain::Keypoint AnswerFields::keypoint(const json::value& value, const std::string& place) {
  domain::Keypoint point;
  if (const json::array* numbers = value.if_array(); numbers && (numbers->size() == 2 || numbers->size() == 3)) {
    point.x = number((*numbers)[0], place);
    point.y = number((*numbers)[1], place);
    if (numbers->size() == 3) point.confidence = number((*numbers)[2], place);
    return point;
  }
  const json::object& from = object(value, place);
  point.x = number(first_of(from, {"x"}), place + ".x");
  point.y = number(first_of(from, {"y"}), place + ".y");
  point.confidence = confidence(from, place);
  return point;
}

// x and y of four corners in turn, as eight numbers or as four pairs.
std::optional<std::array<double, 8>> AnswerFields::corners(const json::object& from, const std::string& place) {
  const json::array& given = list(from, "corners", place + ".corners");
  if (given.empty()) return std::nullopt;
  std::vector<double> numbers;
  for (const json::value& value : given) {
    if (const json::array* pair = value.if_array()) {
      for (const json::value& one : *pair) numbers.push_back(number(one, place + ".corners"));
    } else {
      numbers.push_back(number(value, place + ".corners"));
    }
  }
  std::array<double, 8> corners{};
  if (numbers.size() == corners.size()) {
    std::ranges::copy(numbers, corners.begin());
  } else {
    wrong(place + ".corners must be x and y of four corners");
  }
  return corners;
}

domain::Mask AnswerFields::mask(const json::object& from, const std::string& place) {
  auto whole = [&](const json::value& value, const std::string& where) {
    double given = number(value, where);
    if (given == std::floor(given) && given >= 0 && given <= std::numeric_limits<int>::max()) return static_cast<int>(given);
    wrong(where + " must be a whole number");
    return 0;
  };
  domain::Mask mask;
  mask.box = box(from, place);
  const json::array& size = list(from, "size", place + ".size");
  if (size.size() == 2) {
    mask.width = whole(size[0], place + ".size");
    mask.height = whole(size[1], place + ".size");
  } else {
    wrong(place + ".size must be [width, height] of its grid");
  }
  for (const json::value& run : list(from, "runs", place + ".runs")) mask.runs.push_back(whole(run, place + ".runs"));
  return mask;
}

domain::DetectedObject AnswerFields::detected(const json::object& from, const std::string& place) {
  domain::DetectedObject found;
  found.label = name(from, place);
  found.confidence = confidence(from, place);
  found.box = box(from, place);
  found.corners = corners(from, place);
  const json::array& points = list(from, "keypoints", place + ".keypoints");
  for (std::size_t i = 0; i < points.size(); ++i) found.keypoints.push_back(keypoint(points[i], item(place + ".keypoints", i)));
  if (const json::value& given = first_of(from, {"mask"}); !given.is_null()) found.mask = mask(object(given, place + ".mask"), place + ".mask");
  return found;
}

domain::Classification AnswerFields::classification(const json::object& from, int position, const std::string& place) {
  domain::Classification found{name(from, place), position, 0};
  if (const json::value& index = first_of(from, {"index"}); !index.is_null())
    found.index = static_cast<int>(std::clamp(number(index, place + ".index"), -1.0, 1e9));
  if (std::optional<double> given = confidence(from, place)) {
    found.confidence = *given;
  } else {
    wrong(place + ".confidence must be a number from 0 to 1");
  }
  return found;
}

domain::Region AnswerFields::region(const json::object& from, const std::string& place) {
  return {name(from, place), number(first_of(from, {"share"}), place + ".share"),
          mask(object(first_of(from, {"mask"}), place + ".mask"), place + ".mask")};
}

std::vector<float> AnswerFields::embedding(const json::object& result) {
  std::vector<double> numbers;
  double squares = 0;
  for (const json::value& value : list(result, "embedding", "embedding")) {
    numbers.push_back(number(value, "embedding"));
    squares += numbers.back() * numbers.back();
  }
  if (!numbers.empty() && !(squares > 0 && std::isfinite(squares))) wrong("embedding has no length");
  std::vector<float> scaled;
  for (double value : numbers) scaled.push_back(static_cast<float>(value / std::sqrt(squares)));
  return scaled;
}

domain::Findings AnswerFields::findings(const json::object& result) {
  domain::Findings found;
  auto each = [&](const char* key, auto&& take) {
    const json::array& all = list(result, key, key);
    for (std::size_t i = 0; i < all.size() && !trouble_; ++i) take(object(all[i], item(key, i)), item(key, i));
  };
  each("detected_objects", [&](const json::object& one, const std::string& place) { found.objects.push_back(detected(one, place)); });
  each("classes", [&](const json::object& one, const std::string& place) {
    found.classes.push_back(classification(one, static_cast<int>(found.classes.size()), place));
  });
  each("regions", [&](const json::object& one, const std::string& place) { found.regions.push_back(region(one, place)); });
  std::ranges::stable_sort(found.classes, std::greater(), &domain::Classification::confidence);
  std::ranges::stable_sort(found.regions, std::greater(), &domain::Region::share);
  found.embedding = embedding(result);
  return found;
}

}  // namespace darkroom::remote
