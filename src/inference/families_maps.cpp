// Models that answer a map of the picture: the foreground (U2Net), or a class for each place.
#include "inference/families.h"

#include <algorithm>
#include <array>

namespace darkroom::inference {
namespace {

constexpr std::size_t kMapsOfU2Net = 7;
constexpr std::int64_t kCoarsest = 32;  // of features, and of a detector's grid; classes of places are told more finely
constexpr std::int64_t kSegFormersPart = 4;  // of the input's sides
constexpr std::int64_t kChannelsOfAPicture = 3;
constexpr std::int64_t kMostClasses = 200;  // of places, in any customary set
constexpr std::array kCountsOfKeypoints = {16, 17, 68, 98, 133};  // of a person or a face, of each of which a heatmap tells the place
constexpr double kInside = 0.5;             // of a class that stands alone

bool is_map(const TensorFacts& output, std::int64_t channels) {
  return is_float(output) && output.shape.size() == 4 && may_be(output.shape[0], 1) && output.shape[1] == channels;
}

bool is_input_size(const SeenFile& file, std::int64_t height, std::int64_t width) { return may_be(height, file.height) && may_be(width, file.width); }

// A map of the input's size, or of a whole part of it.
bool covers_input(const SeenFile& file, std::int64_t height, std::int64_t width) {
  if (file.height < 0 || file.width < 0 || height < 1 || width < 1) return height != 0 && width != 0;
  return file.height % height == 0 && file.width % width == 0 && file.height / height == file.width / width && file.height / height <= kCoarsest;
}

Hypothesis hypothesis(const char* family, const char* task, const TensorFacts& output, Standing standing) {
  Hypothesis found;
  found.reading.recipe.family = family;
  found.reading.recipe.task = task;
  found.reading.recipe.outputs["output"] = output.name;
  found.standing = standing;
  return found;
}

const TensorFacts* first_output(const SeenFile& file) {
  const TensorFacts* named = named_by_owner(file, "output");
  return named != nullptr || file.outputs.empty() ? named : &file.outputs[0];
}

// One map: U2Net's kin, a class of its own, depth, ...; seven of one size: U2Net with its side outputs, the first of which counts.
void judge_u2net(const SeenFile& file, const TensorFacts& first, Verdicts& verdicts) {
  if (!is_map(first, 1) || !is_input_size(file, first.shape[2], first.shape[3])) return;
  auto maps = static_cast<std::size_t>(
      std::ranges::count_if(file.outputs, [&](const TensorFacts& one) { return is_map(one, 1) && one.shape == first.shape; }));
  bool all = maps == kMapsOfU2Net && file.outputs.size() == kMapsOfU2Net;
  if (!all && file.outputs.size() != 1 && !file.owner_says("u2net")) return;
  Hypothesis found = hypothesis("u2net", "mask", first, all ? Standing::named : Standing::fits);
  found.because = all ? "7 equal outputs " + describe(first) + ": U2Net's map of the foreground and its 6 side maps; the first counts"
                      : describe(first) + ": a map of the input's size, which may show the foreground";
  found.reading.classes = 1;
  verdicts.add(std::move(found));
}

// Of a class that stands alone the scores have to be known as such: numbers in 0..1 are over 0 everywhere.
void take_lone_score(const SeenFile& file, const TensorFacts& output, Hypothesis& found) {
  const Observation* seen = observed(file, output);
  if (seen == nullptr) return;
  bool done = range_of(seen->values).scores();
  found.reading.recipe.activation = done ? domain::Activation::none : domain::Activation::sigmoid;
  found.reading.recipe.confidence_threshold = kInside;
  found.because += done ? "; in a probe run they lay in 0..1, each on its own: an activation is done" : "; in a probe run they were logits: sigmoid is left to do";
}

// SegFormer is told by its logits of a quarter of the sides, and fed as is customary; MobileViT, DPT and others of Hugging Face are not.
bool is_untold_of_hugging_face(const SeenFile& file, const TensorFacts& output) {
  bool told = file.says_scale() || file.bytes_in() || file.height < 0 || output.shape[2] < 1;
  return !told && file.image.name == "pixel_values" && file.height / output.shape[2] != kSegFormersPart;
}

void add_semantic(const SeenFile& file, const TensorFacts& output, int classes, const std::string& because, Verdicts& verdicts) {
  if (!file.bytes_in() && file.layout == domain::TensorLayout::nhwc && !file.says_scale()) {
    return verdicts.against("semantic", "semantic",
                            because + "; but its input is NHWC, and how pixels are scaled for it is not in the file: write mean and deviation");
  }
  bool named = classes > 1 && file.hint() == static_cast<std::size_t>(classes);
  Hypothesis found = hypothesis("semantic", "semantic", output, named || !is_float(output) ? Standing::named : Standing::fits);
  found.reading.classes = classes;
  found.because = because + (named ? "; classes are named as many" : "");
  if (classes == 1) take_lone_score(file, output, found);
  verdicts.add(std::move(found));
}

void judge_logits(const SeenFile& file, const TensorFacts& output, Verdicts& verdicts) {
  std::int64_t classes = output.shape[1];
  if (!covers_input(file, output.shape[2], output.shape[3]) || classes == 0) return;
  bool one_kind =
      std::ranges::all_of(file.outputs, [&](const TensorFacts& other) { return other.shape.size() == 4 && may_be(other.shape[1], classes); });
  bool alike = std::ranges::all_of(file.outputs, [&](const TensorFacts& other) { return other.shape == output.shape; });
  bool asked = file.owner_says("semantic");
  if (!asked && (!one_kind || !alike || file.outputs.size() == kMapsOfU2Net)) return;
  std::string because =
      describe(output) + (classes == 1 ? ": one map, which may be of one class"
                                       : ": a score of each of " + (classes < 0 ? "its" : std::to_string(classes)) + " classes for each place");
  if (classes == kChannelsOfAPicture && is_input_size(file, output.shape[2], output.shape[3]) && file.hint() != kChannelsOfAPicture && !asked) {
    return verdicts.against("semantic", "semantic", because + "; but three maps of the input's size may be a picture");
  }
  bool is_grid = file.height > 0 && output.shape[2] > 0 && file.height / output.shape[2] >= kCoarsest;
  // A set of places may have 16 classes as well, but heatmaps are never as large as the picture.
  bool is_count_of_keypoints = std::ranges::find(kCountsOfKeypoints, classes) != kCountsOfKeypoints.end() && !(classes == 16 && is_input_size(file, output.shape[2], output.shape[3]));
  bool features = is_grid || classes > kMostClasses || is_count_of_keypoints || output.name.find("heatmap") != output.name.npos || output.name.find("feat") != output.name.npos;
  if (features && !asked && file.hint() != static_cast<std::size_t>(classes)) {
    return verdicts.against("semantic", "semantic", because + "; but by its name, count or size it may be features or heatmaps: if they are classes, write "
                                                              "family = \"semantic\"");
  }
  if (is_untold_of_hugging_face(file, output)) return verdicts.against("semantic", "semantic", because + "; but " + kUntoldOfHuggingFace);
  const Observation* seen = observed(file, output);
  if (seen != nullptr && !range_of(seen->values).finite)
    return verdicts.against("semantic", "semantic", because + "; but a probe run gave NaN or infinity");
  add_semantic(file, output, static_cast<int>(std::max<std::int64_t>(0, classes)), because, verdicts);
}

// Class numbers: [N,h,w], or [N,1,h,w].
void judge_numbers(const SeenFile& file, const TensorFacts& output, Verdicts& verdicts) {
  std::size_t rank = output.shape.size();
  bool shaped = rank == 3 || (rank == 4 && output.shape[1] == 1);
  if (!shaped || !may_be(output.shape[0], 1) || !covers_input(file, output.shape[rank - 2], output.shape[rank - 1])) return;
  auto classes = file.hint() > 1 ? static_cast<int>(file.hint()) : 0;
  add_semantic(file, output, classes, describe(output) + ": a class number for each place", verdicts);
}

}  // namespace

void judge_maps(const SeenFile& file, Verdicts& verdicts) {
  const TensorFacts* first = first_output(file);
  if (first == nullptr) return;
  bool whole = first->type == "int64" || first->type == "int32" || first->type == "uint8";
  if (whole && file.outputs.size() == 1) judge_numbers(file, *first, verdicts);
  judge_u2net(file, *first, verdicts);
  if (is_float(*first) && first->shape.size() == 4 && may_be(first->shape[0], 1)) judge_logits(file, *first, verdicts);
}

}  // namespace darkroom::inference
