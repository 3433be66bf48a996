// Objects, classes, regions, an embedding; and marks, which are objects to be drawn.
#include "runner/protocol/findings_codec.h"

#include "runner/protocol/messages.h"

#include <charconv>

namespace darkroom::runner {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kMostObjects = 10'000;
constexpr std::size_t kMostKeypoints = 1'000;
constexpr std::size_t kMostRegions = 1'000;
constexpr std::size_t kLongestEmbedding = 16'384;
constexpr int kMostCells = 1 << 18;
constexpr std::size_t kLongestRuns = 8 * kMostCells;  // bytes of their text; a grid of cells that alternate takes two each

template <class List>
json::array numbers(const List& list) {
  return json::array(list.begin(), list.end());
}

json::value nullable(const std::optional<double>& number) { return number ? json::value(*number) : json::value(nullptr); }

std::string write_runs(const std::vector<int>& runs) {
  std::string text;
  for (int run : runs) {
    if (!text.empty()) text += ' ';
    text += std::to_string(run);
  }
  return text;
}

// Decimal numbers with one space between them; the length of a mask's grid bounds how many there may be.
std::optional<std::vector<int>> read_runs(std::string_view text) {
  std::vector<int> runs;
  while (!text.empty()) {
    int run = -1;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), run);
    if (failed != std::errc() || run < 0 || run > kMostCells || runs.size() > static_cast<std::size_t>(kMostCells)) return std::nullopt;
    runs.push_back(run);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return runs;
    if (text.front() != ' ' || text.size() < 2) return std::nullopt;
    text.remove_prefix(1);
  }
  return runs;
}

json::object to_json(const domain::Mask& mask) {
  return {{"box", numbers(mask.box)}, {"width", mask.width}, {"height", mask.height}, {"runs", write_runs(mask.runs)}};
}

domain::Mask read_mask(FieldReader fields, FieldReader& outer) {
  domain::Mask mask;
  mask.box = fields.numbers<4>("box");
  mask.width = fields.integer<int>("width", 1, kMostCells);
  mask.height = fields.integer<int>("height", 1, kMostCells);
  std::optional<std::vector<int>> runs = read_runs(fields.text("runs", kLongestRuns));
  if (!runs) fields.fail("runs", "are not numbers of cells");
  mask.runs = std::move(runs).value_or(std::vector<int>{});
  outer.absorb(fields);
  return mask;
}

// What objects and marks have in common: they are the same thing on its two ways.
template <class Thing>
json::object thing_to_json(const Thing& thing) {
  json::array keypoints;
  for (const domain::Keypoint& point : thing.keypoints) keypoints.push_back({point.x, point.y, nullable(point.confidence)});
  return {{"label", thing.label},
          {"confidence", nullable(thing.confidence)},
          {"box", numbers(thing.box)},
          {"corners", thing.corners ? json::value(numbers(*thing.corners)) : json::value(nullptr)},
          {"keypoints", std::move(keypoints)},
          {"mask", thing.mask ? json::value(to_json(*thing.mask)) : json::value(nullptr)}};
}

std::vector<domain::Keypoint> read_keypoints(FieldReader& fields) {
  std::vector<domain::Keypoint> points;
  auto number = [&fields](const json::value& value) {
    boost::system::error_code failed;
    double read = value.is_number() ? value.to_number<double>(failed) : 0;
    if (!value.is_number() || failed) fields.fail("keypoints", "do not consist of numbers");
    return read;
  };
  for (const json::value& value : fields.array("keypoints", kMostKeypoints)) {
    const json::array* parts = value.if_array();
    if (parts == nullptr || parts->size() != 3) {
      fields.fail("keypoints", "do not have x, y and a confidence");
      return {};
    }
    const json::value& confidence = parts->at(2);
    points.push_back({number(parts->at(0)), number(parts->at(1)), confidence.is_null() ? std::nullopt : std::optional(number(confidence))});
  }
  return points;
}

template <class Thing>
std::vector<Thing> read_things(FieldReader& outer, std::string_view name) {
  std::vector<Thing> things;
  for (const json::value& value : outer.array(name, kMostObjects)) {
    FieldReader fields(value);
    Thing& thing = things.emplace_back();
    thing.label = fields.text("label", kLongestName);
    thing.confidence = fields.optional_number("confidence");
    thing.box = fields.numbers<4>("box");
    if (!fields.is_null("corners")) thing.corners = fields.numbers<8>("corners");
    thing.keypoints = read_keypoints(fields);
    if (!fields.is_null("mask")) thing.mask = read_mask(fields.object("mask"), fields);
    outer.absorb(fields);
  }
  return things;
}

std::vector<domain::Classification> read_classes(FieldReader& outer) {
  std::vector<domain::Classification> classes;
  for (const json::value& value : outer.array("classes", kMostObjects)) {
    FieldReader fields(value);
    classes.push_back({fields.text("label", kLongestName), fields.integer<int>("index", 0), fields.number("confidence")});
    outer.absorb(fields);
  }
  return classes;
}

std::vector<domain::Region> read_regions(FieldReader& outer) {
  std::vector<domain::Region> regions;
  for (const json::value& value : outer.array("regions", kMostRegions)) {
    FieldReader fields(value);
    domain::Region& region = regions.emplace_back();
    region.label = fields.text("label", kLongestName);
    region.share = fields.number("share");
    region.mask = read_mask(fields.object("mask"), fields);
    outer.absorb(fields);
  }
  return regions;
}

std::vector<float> read_embedding(FieldReader& fields) {
  std::vector<float> embedding;
  for (const json::value& value : fields.array("embedding", kLongestEmbedding)) {
    boost::system::error_code failed;
    if (!value.is_number()) fields.fail("embedding", "does not consist of numbers");
    embedding.push_back(value.is_number() ? static_cast<float>(value.to_number<double>(failed)) : 0.0F);
  }
  return embedding;
}

template <class Thing>
json::array things_to_json(const std::vector<Thing>& things) {
  json::array all;
  for (const Thing& thing : things) all.push_back(thing_to_json(thing));
  return all;
}

}  // namespace

json::object to_json(const domain::Findings& found) {
  json::array classes;
  for (const domain::Classification& one : found.classes) {
    classes.push_back({{"label", one.label}, {"index", one.index}, {"confidence", one.confidence}});
  }
  json::array regions;
  for (const domain::Region& region : found.regions) {
    regions.push_back({{"label", region.label}, {"share", region.share}, {"mask", to_json(region.mask)}});
  }
  return {{"objects", things_to_json(found.objects)},
          {"classes", std::move(classes)},
          {"regions", std::move(regions)},
          {"embedding", numbers(found.embedding)}};
}

domain::Findings read_findings(FieldReader fields, FieldReader& outer) {
  domain::Findings found;
  found.objects = read_things<domain::DetectedObject>(fields, "objects");
  found.classes = read_classes(fields);
  found.regions = read_regions(fields);
  found.embedding = read_embedding(fields);
  outer.absorb(fields);
  return found;
}

json::object to_json(const domain::RenderOrder& order) {
  return {{"max_side", order.max_side}, {"quality", order.quality}, {"marks", things_to_json(order.marks)}};
}

domain::RenderOrder read_render_order(FieldReader fields, FieldReader& outer) {
  domain::RenderOrder order;
  order.max_side = fields.integer<int>("max_side", kSmallestPicture, kLargestPicture);
  order.quality = fields.integer<int>("quality", 1, 100);
  order.marks = read_things<domain::Mark>(fields, "marks");
  outer.absorb(fields);
  return order;
}

}  // namespace darkroom::runner
