// Models that answer one row of numbers for the whole photo: scores of classes, or an embedding. Nothing in the shapes tells one from the other.
#include "inference/families.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace darkroom::inference {
namespace {

// Sizes that embeddings have, and hardly a set of classes.
constexpr std::array kEmbeddingSizes = {128, 256, 384, 512, 640, 768, 1024, 1280, 1536, 2048};
constexpr std::array kFeatureSizes = {192, 320, 960, 1152, 1408, 1792, 2560, 4096};  // of well-known networks, without their last layer
constexpr std::array kSidesOfClip = {224, 240, 288, 336, 378, 384, 448};
constexpr std::int64_t kShortestEmbedding = 16;  // fewer numbers have length 1 by chance
constexpr std::int64_t kColumnsOfABox = 4;
constexpr std::int64_t kColumnsOfYolov7 = 7;
constexpr float kNear = 1e-3F;
constexpr float kHighestLogit = 50;  // coordinates of pixels lie beyond it

struct Vector {
  const TensorFacts* output = nullptr;
  std::int64_t size = kOpenSize;
};

// [N,n], or [N,n,1,1] as global pooling leaves it.
Vector vector_of(const SeenFile& file) {
  const TensorFacts* output = named_by_owner(file, "output");
  if (output == nullptr && file.outputs.size() == 1) output = &file.outputs[0];
  if (output == nullptr) {  // beside it, a map of the same network that is of no use here
    auto rows = float_outputs(file, 2);
    if (rows.size() == 1) output = rows[0];
  }
  if (output == nullptr || !is_float(*output)) return {};
  std::vector<std::int64_t> shape = output->shape;
  while (shape.size() > 2 && shape.back() == 1) shape.pop_back();
  if (shape.size() != 2 || !may_be(shape[0], 1)) return {};
  return {output, shape[1]};
}

bool named_as_clip(const Vector& vector) { return has_word(vector.output->name, "embed") || has_word(vector.output->name, "image_features"); }

// The inside of a network: neither classes, nor an embedding of a known preparation.
bool named_as_features(const Vector& vector) {
  constexpr std::array<std::string_view, 3> kWords = {"feat", "pool", "hidden"};
  return !named_as_clip(vector) && std::ranges::any_of(kWords, [&](std::string_view word) { return has_word(vector.output->name, word); });
}

bool is_embedding_size(std::int64_t size) { return std::ranges::find(kEmbeddingSizes, size) != kEmbeddingSizes.end(); }

// Other embeddings have other means, and the file does not say which: CLIP is told by the layout and the sides of its pictures as well.
bool may_be_clips_picture(const SeenFile& file) {
  bool side = file.width < 0 || std::ranges::find(kSidesOfClip, file.width) != kSidesOfClip.end();
  return side && (file.layout == domain::TensorLayout::nchw || file.bytes_in());
}

enum class Numbers { unknown, probabilities, scores, unit_length, far, any };

// Why a vector without names of classes is hardly a classifier's; empty: it may be.
std::string against_classes(const SeenFile& file, const Vector& vector, Numbers numbers) {
  constexpr const char* kOtherwise = ": if they are classes, write family = \"classifier\"";
  if (numbers == Numbers::scores) return "in a probe run they lay in 0..1, each on its own, as scores of several labels do, and coordinates" + std::string(kOtherwise);
  if (numbers == Numbers::unit_length && vector.size >= kShortestEmbedding) return "in a probe run they had length 1, as embeddings have" + std::string(kOtherwise);
  if (numbers == Numbers::far) return "in a probe run they reached beyond 50, as coordinates in pixels do" + std::string(kOtherwise);
  if (named_as_features(vector) || named_as_clip(vector)) return "its name says that it is an embedding or features, not classes";
  bool features = std::ranges::find(kFeatureSizes, vector.size) != kFeatureSizes.end();
  bool embedding = is_embedding_size(vector.size) && !may_be_clips_picture(file);
  return features || embedding ? "so many numbers may be an embedding or features" + std::string(kOtherwise) : "";
}

Numbers numbers_of(const Observation* seen) {
  if (seen == nullptr || seen->values.empty()) return Numbers::unknown;
  Range range = range_of(seen->values);
  float sum = std::accumulate(seen->values.begin(), seen->values.end(), 0.0F);
  float squares = std::inner_product(seen->values.begin(), seen->values.end(), seen->values.begin(), 0.0F);
  if (range.scores() && std::abs(sum - 1) < kNear) return Numbers::probabilities;
  if (std::abs(squares - 1) < kNear) return Numbers::unit_length;
  if (range.highest > kHighestLogit) return Numbers::far;
  return range.scores() ? Numbers::scores : Numbers::any;
}

// How Ultralytics names what it exports; softmax is done in its classifiers, save for those of YOLOv5.
bool is_named_by_ultralytics(const SeenFile& file, const Vector& vector, Numbers numbers) {
  bool named = file.image.name == "images" && vector.output->name == "output0" && file.outputs.size() == 1;
  return named && numbers == Numbers::probabilities && !file.says_scale();
}

// The exports of Hugging Face name their input so. How a photo is prepared for them differs from model to model, and stands in a file beside them.
bool is_untold_of_hugging_face(const SeenFile& file) {
  bool told = file.metadata.says_scale() || file.bytes_in() || (file.owner.mean && file.owner.deviation && file.owner.fit);
  return file.image.name == "pixel_values" && !file.metadata.of_ultralytics && !told;
}

// Whose habits a classifier's input follows; empty: not known, and `why` says so.
std::string convention_of(const SeenFile& file, std::string& why) {
  if (file.metadata.of_ultralytics) return "classifier_ultralytics";
  if (is_untold_of_hugging_face(file)) {
    why = kUntoldOfHuggingFace;
    return "";
  }
  if (file.image.type == "uint8") return "classifier_pixels";
  if (file.layout == domain::TensorLayout::nchw || file.says_scale()) return "classifier";
  why =
      "its input is NHWC of floats, as Keras writes it, and how pixels are scaled for it is not in the file: write mean and deviation (0 and 1 for "
      "pixels as they "
      "are, 127.5 and 127.5 for -1..1, 0 and 255 for 0..1)";
  return "";
}

std::string words_of(Numbers numbers) {
  switch (numbers) {
    case Numbers::unknown: return "";
    case Numbers::probabilities: return "; in a probe run they lay in 0..1 and added up to 1: softmax is done";
    case Numbers::scores: return "; in a probe run they lay in 0..1, each on its own: an activation is done";
    case Numbers::unit_length: return "; in a probe run they had length 1";
    case Numbers::far:
    case Numbers::any: return "; in a probe run they were logits: softmax is left to do";
  }
  return "";
}

void judge_classifier(const SeenFile& file, const Vector& vector, Numbers numbers, Verdicts& verdicts) {
  bool said = file.task() == "classify" || (file.hint() > 0 && static_cast<std::int64_t>(file.hint()) == vector.size);
  std::string because = describe(*vector.output) + ": a score for each of " + (vector.size < 0 ? "its" : std::to_string(vector.size)) + " classes";
  if (vector.size >= 0 && vector.size < 2 && !file.owner_says("classifier")) {
    return verdicts.against("classifier", "classify", because + "; but one number may be anything: a score, an age, a quality");
  }
  if (file.names() > 0 && vector.size >= 0 && static_cast<std::int64_t>(file.names()) != vector.size) {
    return verdicts.against("classifier", "classify", because + "; but its metadata names " + std::to_string(file.names()) + " classes");
  }
  if (!said && !file.owner_says("classifier") && numbers != Numbers::probabilities) {
    if (std::string no = against_classes(file, vector, numbers); !no.empty()) return verdicts.against("classifier", "classify", because + "; but " + no);
  }
  std::string why;
  std::string convention = convention_of(file, why);
  if (convention.empty()) return verdicts.against("classifier", "classify", because + "; but " + why);
  Hypothesis found;
  found.reading.recipe.family = "classifier";
  found.reading.recipe.task = "classify";
  found.reading.recipe.outputs["output"] = vector.output->name;
  bool done = numbers == Numbers::probabilities || numbers == Numbers::scores;
  found.reading.recipe.activation = done ? domain::Activation::none : domain::Activation::softmax;
  found.reading.classes = static_cast<int>(std::max<std::int64_t>(0, vector.size));
  found.standing = said || numbers == Numbers::probabilities ? Standing::named : Standing::fits;
  found.because = because + (said ? "; classes are named as many" : "") + words_of(numbers);
  if (is_named_by_ultralytics(file, vector, numbers)) {
    convention = "classifier_ultralytics";
    found.because += "; its tensors are named as Ultralytics names them";
  }
  found.convention = convention;
  verdicts.add(std::move(found));
}

void judge_embedding(const SeenFile& file, const Vector& vector, Numbers numbers, Verdicts& verdicts) {
  bool size = is_embedding_size(vector.size);
  bool named = named_as_clip(vector);
  bool asked = file.owner_says("clip");
  if (!asked && ((!size && !named && vector.size >= 0) || file.hint() > 0 || numbers == Numbers::probabilities)) return;
  if (!asked && vector.size < 0 && !named) return;
  if (!asked && (named_as_features(vector) || !may_be_clips_picture(file))) {
    return verdicts.against("clip", "embed",
                            describe(*vector.output) + ": the size of an embedding; but it is none of CLIP's, and how pixels are scaled for it is not in "
                                                       "the file: write family = \"clip\", mean and deviation");
  }
  if (file.layout == domain::TensorLayout::nhwc && !file.bytes_in() && !file.says_scale()) {
    return verdicts.against("clip", "embed",
                            describe(*vector.output) + ": the size of an embedding; but its input is NHWC, and how pixels are scaled for it is not in the "
                                                       "file: write mean and deviation");
  }
  Hypothesis found;
  found.reading.recipe.family = "clip";
  found.reading.recipe.task = "embed";
  found.reading.recipe.outputs["output"] = vector.output->name;
  found.standing = named || (size && numbers == Numbers::unit_length) ? Standing::named : Standing::fits;
  found.because = describe(*vector.output) + ": the size of an embedding" + (named ? ", and its name says so" : "") +
                  (numbers == Numbers::unit_length ? words_of(numbers) : "");
  verdicts.add(std::move(found));
}

// Whether it has a row for each find in the pictures, so that their count is open where that of the pictures is not. Where both are open they may have
// two names and still be one, as exporters make names up: what has more columns than a find is a vector then. A probe run that found one thing, by
// chance, says nothing of it.
bool counts_finds(const SeenFile& file, const Vector& vector) {
  bool named = file.task() == "classify" || (file.declared.size() == 1 && static_cast<std::int64_t>(file.hint()) == vector.size);
  if (named || !file.owner.family.empty()) return false;
  auto declared = std::ranges::find(file.declared, vector.output->name, &TensorFacts::name);
  if (declared == file.declared.end() || declared->shape[0] >= 0) return false;
  auto symbol = [](const TensorFacts& tensor) { return tensor.symbols.empty() ? std::string() : tensor.symbols[0]; };
  bool as_a_find = vector.size >= kColumnsOfABox && vector.size <= kColumnsOfYolov7;
  return file.image.shape[0] >= 0 || (as_a_find && symbol(file.image) != symbol(*declared));
}

constexpr const char* kRowsOfYolov7 =
    "rows of picture, box, class, score as YOLOv7 exports with --end2end, which are not read: export with --grid alone";

// Where a probe run found several things, or none, its rows are no vector.
void refuse_finds_of_yolov7(const SeenFile& file, Verdicts& verdicts) {
  bool rows = file.declared.size() == 1 && is_float(file.declared[0]) && file.declared[0].shape == std::vector<std::int64_t>{kOpenSize, kColumnsOfYolov7};
  if (rows && file.owner.family.empty()) verdicts.against("yolov7_end2end", "detect", kRowsOfYolov7);
}

void refuse_finds(const SeenFile& file, const Vector& vector, Verdicts& verdicts) {
  if (gives_finds_apart(file)) return;  // that is said where detectors are judged
  if (vector.size == kColumnsOfYolov7) return verdicts.against("yolov7_end2end", "detect", kRowsOfYolov7);
  verdicts.against("classifier", "classify",
                   describe(*vector.output) + ": how many rows it has is open, and not the count of pictures, so that they may be finds: if each "
                                              "picture has one, write family = \"classifier\"");
}

}  // namespace

void judge_vectors(const SeenFile& file, Verdicts& verdicts) {
  Vector vector = vector_of(file);
  if (vector.output == nullptr) return refuse_finds_of_yolov7(file, verdicts);
  if (counts_finds(file, vector) || (gives_finds_apart(file) && file.owner.family.empty())) return refuse_finds(file, vector, verdicts);
  const Observation* seen = observed(file, *vector.output);
  if (seen != nullptr && !range_of(seen->values).finite) return verdicts.against("classifier", "classify", "a probe run gave NaN or infinity");
  Numbers numbers = numbers_of(seen);
  judge_classifier(file, vector, numbers, verdicts);
  // As many classes as CLIP's embeddings have numbers do not make one of them.
  bool may_embed = !is_untold_of_hugging_face(file) || named_as_clip(vector) || file.owner_says("clip");
  if (may_embed) judge_embedding(file, vector, numbers, verdicts);
}

}  // namespace darkroom::inference
