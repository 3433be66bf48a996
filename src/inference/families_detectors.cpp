// Detectors with an output for each role. Roles are told by types and sizes where those differ, since names change from export to export; else by
// names.
#include "inference/families.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace darkroom::inference {
namespace {

constexpr std::int64_t kMostRows = 1'000;
constexpr float kSums = 1e-2F;
constexpr const char* kUnread = ", which is not read yet: run it as a Python service (engine = \"http\")";

using Choice = const TensorFacts*;

template <class Fits>
Choice choose(const SeenFile& file, const std::string& role, Fits&& fits) {
  if (Choice named = named_by_owner(file, role)) return named;
  Choice found = nullptr;
  for (const TensorFacts& output : file.outputs) {
    if (!fits(output)) continue;
    if (found != nullptr) return nullptr;  // two of them: not told
    found = &output;
  }
  return found;
}

// A name as TensorFlow gave it: without the scopes before it, and the number of the result behind it.
std::string_view bare_name(const TensorFacts& output) {
  std::string_view name = output.name;
  name.remove_prefix(std::min(name.rfind('/') + 1, name.size()));
  return name.substr(0, name.find(':'));
}

// The output of this name; else the only one whose name begins with it. What has more before it is another: raw_detection_boxes are no finds.
Choice choose_by_name(const SeenFile& file, const std::string& role, std::string_view name) {
  Choice exact = choose(file, role, [&](const TensorFacts& one) { return bare_name(one) == name; });
  return exact != nullptr ? exact : choose(file, role, [&](const TensorFacts& one) { return bare_name(one).starts_with(name); });
}

bool is_row_of(const TensorFacts& output, std::size_t rank) { return output.shape.size() == rank && may_be(output.shape[0], 1); }

Hypothesis hypothesis(const char* family, std::map<std::string, std::string> roles, const std::string& because) {
  Hypothesis found;
  found.reading.recipe.family = family;
  found.reading.recipe.task = "detect";
  found.reading.recipe.outputs = std::move(roles);
  found.standing = Standing::named;
  found.because = because;
  return found;
}

// labels int64[N,n], boxes float[N,n,4], scores float[N,n]; the photo's size is a second input.
void judge_rtdetr(const SeenFile& file, Verdicts& verdicts) {
  bool asked = file.owner_says("rtdetr");
  if (!asked && (file.size_input.empty() || file.outputs.size() != 3)) return;
  Choice labels = choose(file, "labels", [](const TensorFacts& one) { return is_row_of(one, 2) && !is_float(one); });
  Choice boxes = choose(file, "boxes", [](const TensorFacts& one) { return is_row_of(one, 3) && is_float(one) && may_be(one.shape[2], 4); });
  Choice scores = choose(file, "scores", [](const TensorFacts& one) { return is_row_of(one, 2) && is_float(one); });
  std::string because = "input " + file.size_input + " takes the photo's size";
  if (file.size_input.empty())
    return verdicts.against("rtdetr", "detect", "it has no second input int64[N,2] for the photo's size (orig_target_sizes)");
  if (labels == nullptr || boxes == nullptr || scores == nullptr) {
    return verdicts.against("rtdetr", "detect",
                            because +
                                "; but its outputs are not labels int64[N,n], boxes float[N,n,4] and scores float[N,n]: name them as outputs = { "
                                "labels = ..., boxes = ..., scores = ... }");
  }
  Hypothesis found = hypothesis("rtdetr", {{"labels", labels->name}, {"boxes", boxes->name}, {"scores", scores->name}},
                                because + "; outputs " + describe(*labels) + ", " + describe(*boxes) + ", " + describe(*scores));
  found.reading.classes = static_cast<int>(file.names());
  verdicts.add(std::move(found));
}

void judge_ssd(const SeenFile& file, Verdicts& verdicts) {
  auto by_name = [&](const char* role, std::string_view name) { return choose_by_name(file, role, name); };
  Choice boxes = by_name("boxes", "detection_boxes");
  Choice labels = by_name("labels", "detection_classes");
  Choice scores = by_name("scores", "detection_scores");
  Choice used = by_name("count", "num_detections");
  if (boxes == nullptr || labels == nullptr || scores == nullptr || used == nullptr) {
    bool near = file.image.type == "uint8" && file.layout == domain::TensorLayout::nhwc && file.outputs.size() >= 4;
    if (near || file.owner_says("ssd")) {
      verdicts.against("ssd", "detect",
                       "the names detection_boxes, detection_classes, detection_scores and num_detections do not all stand among its outputs: "
                       "name them as outputs = { boxes = ..., labels = ..., scores = ..., count = ... }");
    }
    return;
  }
  std::string because =
      describe(file.image) + "; outputs " + boxes->name + ", " + labels->name + ", " + scores->name + ", " + used->name + " as TensorFlow names them";
  if (file.image.type != "uint8" && !file.owner.deviation) {
    return verdicts.against("ssd", "detect",
                            because + "; but its input takes floats, and how pixels are scaled for it is not in the file: write mean and deviation");
  }
  Hypothesis found = hypothesis("ssd", {{"boxes", boxes->name}, {"labels", labels->name}, {"scores", scores->name}, {"count", used->name}}, because);
  found.reading.classes = static_cast<int>(file.names());
  if (file.sizes_are_open()) found.convention = "ssd_open";
  verdicts.add(std::move(found));
}

// The anchors of UltraFace: 3, 2, 2 and 3 in each cell of strides 8, 16, 32 and 64, whose grids are rounded up.
std::int64_t ultraface_anchors(const SeenFile& file) {
  if (file.width < 0 || file.height < 0) return kOpenSize;
  constexpr std::array kStrides = {8, 16, 32, 64};
  constexpr std::array kAnchors = {3, 2, 2, 3};
  std::int64_t count = 0;
  for (std::size_t i = 0; i < kStrides.size(); ++i) {
    count += kAnchors[i] * ((file.height + kStrides[i] - 1) / kStrides[i]) * ((file.width + kStrides[i] - 1) / kStrides[i]);
  }
  return count;
}

std::string against_faces(const SeenFile& file, const TensorFacts& scores, const TensorFacts& boxes) {
  const Observation* seen = observed(file, scores);
  const Observation* places = observed(file, boxes);
  if (seen == nullptr || places == nullptr) return "";
  if (!range_of(seen->values).finite || !range_of(places->values).finite) return "a probe run gave NaN or infinity";
  for (std::size_t i = 0; i + 1 < seen->values.size(); i += 2) {
    if (std::abs(seen->values[i] + seen->values[i + 1] - 1) > kSums) return "in a probe run its two scores did not add up to 1";
  }
  return range_of(places->values).within(-4, 4) ? "" : "in a probe run its boxes were no shares of the picture";
}

void judge_ultraface(const SeenFile& file, Verdicts& verdicts) {
  if (file.outputs.size() != 2 && !file.owner_says("ultraface")) return;
  auto last_is = [](const TensorFacts& one, std::int64_t size) { return is_float(one) && is_row_of(one, 3) && one.shape[2] == size; };
  Choice scores = choose(file, "scores", [&](const TensorFacts& one) { return last_is(one, 2); });
  Choice boxes = choose(file, "boxes", [&](const TensorFacts& one) { return last_is(one, 4); });
  if (scores == nullptr || boxes == nullptr || scores->shape.size() != 3) return;
  std::int64_t anchors = ultraface_anchors(file);
  std::string because = describe(*scores) + " and " + describe(*boxes);
  if (!file.owner_says("ultraface") && !may_be(scores->shape[1], anchors)) {
    if (scores->shape[1] > kMostRows)
      verdicts.against("ultraface", "detect", because + "; but UltraFace would have " + std::to_string(anchors) + " anchors");
    return;
  }
  if (std::string why = against_faces(file, *scores, *boxes); !why.empty()) return verdicts.against("ultraface", "detect", because + "; but " + why);
  if (anchors > 0)
    because += ": " + std::to_string(anchors) + " = 3, 2, 2 and 3 anchors in each cell of strides 8, 16, 32, 64; scores of background and face";
  Hypothesis found = hypothesis("ultraface", {{"scores", scores->name}, {"boxes", boxes->name}}, because);
  found.reading.classes = 1;
  verdicts.add(std::move(found));
}

std::string names_of(const SeenFile& file) {
  std::string names;
  for (const TensorFacts& output : file.outputs) names += (names.empty() ? "" : ", ") + output.name;
  return names;
}

// Three outputs of scores, of boxes, and where it has them of five points, one for each grid.
bool is_scrfd(const SeenFile& file) {
  auto with_last = [&](std::int64_t size) {
    return std::ranges::count_if(file.outputs, [&](const TensorFacts& one) { return is_float(one) && one.shape.size() >= 2 && one.shape.back() == size; });
  };
  bool points = file.outputs.size() == 9 && with_last(10) == 3;
  return (file.outputs.size() == 6 || points) && with_last(1) == 3 && with_last(4) == 3;
}

// Maps of where centres are, how large, how far beside their cells, and of five points.
bool is_centerface(const SeenFile& file) {
  std::vector<std::int64_t> channels;
  for (const TensorFacts* map : float_outputs(file, 4)) channels.push_back(map->shape[1]);
  std::ranges::sort(channels);
  return file.outputs.size() == 4 && channels == std::vector<std::int64_t>{1, 2, 2, 10};
}

void judge_strange_faces(const SeenFile& file, Verdicts& verdicts) {
  auto has = [&](std::string_view name) { return std::ranges::any_of(file.outputs, [&](const TensorFacts& one) { return one.name == name; }); };
  auto unread = [&](const char* family, const char* name) {
    verdicts.against(family, "detect", "outputs " + names_of(file) + " are those of " + name + kUnread);
  };
  if (has("cls_8") && has("obj_8") && has("bbox_8")) return unread("yunet", "YuNet");
  if (is_scrfd(file)) return unread("scrfd", "SCRFD");
  if (is_centerface(file)) return unread("centerface", "CenterFace");
}

// Families that are known by sight, but not read.
void judge_strangers(const SeenFile& file, Verdicts& verdicts) {
  judge_strange_faces(file, verdicts);
  if (gives_finds_apart(file)) {
    verdicts.against("torchvision", "detect",
                     "outputs " + names_of(file) + " are boxes, labels and scores apart, as torchvision's detectors give them, which are not read yet: "
                                                   "run it as a Python service (engine = \"http\")");
  }
  auto has = [&](std::string_view name) { return std::ranges::any_of(file.outputs, [&](const TensorFacts& one) { return one.name == name; }); };
  if (has("pred_boxes") && has("logits"))
    verdicts.against("detr", "detect", std::string("outputs logits and pred_boxes are those of a DETR of Hugging Face") + kUnread);
  if (!has("dets") || !has("labels")) return;
  auto dets = std::ranges::find(file.outputs, "dets", &TensorFacts::name);
  bool five = dets->shape.size() == 3 && dets->shape[2] == 5;
  verdicts.against(five ? "mmdetection" : "rf_detr", "detect",
                   std::string("outputs dets and labels are those of ") + (five ? "mmdetection" : "RF-DETR") + kUnread);
}

}  // namespace

void judge_detectors(const SeenFile& file, Verdicts& verdicts) {
  judge_rtdetr(file, verdicts);
  judge_ssd(file, verdicts);
  judge_ultraface(file, verdicts);
  judge_strangers(file, verdicts);
}

}  // namespace darkroom::inference
