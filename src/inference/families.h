// The families, each of which looks at a file and says whether it could be one of its own. They know layouts; what the layouts mean is known to the
// readers (read_families.h), and how a photo becomes a family's input to families_conventions.cpp.
#pragma once

#include "inference/recognise.h"

#include <span>
#include <string_view>

namespace darkroom::inference {

// The file as the families see it. After the probe run, shapes are those that were observed, and sizes are known.
struct SeenFile {
  Metadata metadata;
  domain::Recipe owner;
  std::vector<std::string> owner_labels;
  TensorFacts image;  // the input that takes the picture
  domain::TensorLayout layout = domain::TensorLayout::nchw;
  std::int64_t width = kOpenSize;
  std::int64_t height = kOpenSize;
  std::string size_input;  // a second input, int64[N,2]
  std::vector<TensorFacts> outputs;
  std::vector<TensorFacts> declared;  // the outputs as they stand in the file, also after a probe run
  const Probe* probe = nullptr;

  bool owner_says(std::string_view family) const { return owner.family == family; }
  std::string task() const { return owner.task.empty() ? metadata.task : owner.task; }
  std::size_t names() const { return metadata.names.size(); }
  std::size_t hint() const { return owner_labels.empty() ? names() : owner_labels.size(); }  // class names that somebody gave
  bool says_scale() const { return (owner.mean && owner.deviation) || metadata.says_scale(); }  // how pixels are scaled for it
  bool sizes_are_open() const {  // both: a photo of any size may go in
    std::size_t down = layout == domain::TensorLayout::nchw ? 2 : 1;
    return image.shape[down] < 0 && image.shape[down + 1] < 0;
  }
  bool bytes_in() const { return image.type == "uint8"; }
};

enum class Standing {
  fits,   // its shapes allow it
  named,  // metadata, names of tensors or its owner say so, too
};

struct Hypothesis {
  Reading reading;  // family, task, outputs, classes and the like; the rest comes from conventions
  Standing standing = Standing::fits;
  std::string because;
  std::string convention;  // of families_conventions.cpp; empty: that of the family
};

// What the families have said of a file.
struct Verdicts {
  std::vector<Hypothesis> possible;
  std::vector<domain::Candidate> rejected;  // that came near, and what spoke against them

  void add(Hypothesis hypothesis) { possible.push_back(std::move(hypothesis)); }
  void against(std::string family, std::string task, std::string why) { rejected.push_back({std::move(family), std::move(task), std::move(why)}); }
};

void judge_yolo_rows(const SeenFile& file, Verdicts& verdicts);     // yolox, yolov5: one row an anchor
void judge_yolo_columns(const SeenFile& file, Verdicts& verdicts);  // yolov8: one column an anchor
void judge_answers(const SeenFile& file, Verdicts& verdicts);       // yolo_end2end, rtdetr_ultralytics: one row a thing
void judge_detectors(const SeenFile& file, Verdicts& verdicts);     // rtdetr, ssd, ultraface: several outputs
void judge_vectors(const SeenFile& file, Verdicts& verdicts);       // classifier, clip
void judge_maps(const SeenFile& file, Verdicts& verdicts);          // u2net, semantic

// Fills in what the family does with a photo, and what its owner says instead; with evidence for each field. Errors: model_unavailable, for what
// cannot be.
Result<Recognised> complete(const Hypothesis& hypothesis, const SeenFile& file);

bool is_family(std::string_view name);
std::string family_names();  // "yolox, yolov8, ...": for messages

// Whether `word`, in lower case, stands in the text in any case.
bool has_word(std::string text, std::string_view word);

// True where `size` is `expected`, or open.
inline bool may_be(std::int64_t size, std::int64_t expected) { return size < 0 || expected < 0 || size == expected; }
inline bool is_float(const TensorFacts& tensor) { return tensor.type == "float32" || tensor.type == "float16"; }

// The outputs of this many sizes, of floats, with a batch of one.
std::vector<const TensorFacts*> float_outputs(const SeenFile& file, std::size_t rank);

// The output that the owner has given this role; null: none was named.
const TensorFacts* named_by_owner(const SeenFile& file, const std::string& role);

// The map of which masks are mixed: as the owner names it, else the only one where the task is said, else the only one of a quarter of the
// input's sides. Null: there is none.
const TensorFacts* prototypes_of(const SeenFile& file);

// A map with a place for each cell of a grid: what the last layers of a YOLO give, before a table is made of it.
bool is_head(const SeenFile& file, const TensorFacts& output);

// Whether there are boxes [n,4], whole labels [n] and scores [n], n being how many things were found: torchvision's detectors.
bool gives_finds_apart(const SeenFile& file);

// Why a photo cannot be prepared for an export of Hugging Face, whose input is named pixel_values: each of its models has its own way.
inline constexpr const char* kUntoldOfHuggingFace =
    "its input pixel_values is that of an export of Hugging Face, and how a photo is prepared for it is not in the file: write mean, deviation and "
    "fit (by its preprocessor_config.json: 255 times image_mean and image_std; \"centre_crop\" where it has crop_pct or do_center_crop, else "
    "\"stretch\")";

// What the probe run gave for this output; null before it.
const Observation* observed(const SeenFile& file, const TensorFacts& output);

// The cells of the grids of these strides over the input: sum of (height / stride) * (width / stride). Open where the sizes are.
std::int64_t cells(const SeenFile& file, std::span<const int> strides);

// The range of the numbers in columns first..end-1 of a table of rows of `length`.
struct Range {
  float lowest = 0;
  float highest = 0;
  bool finite = true;
  bool within(float low, float high) const { return finite && lowest >= low && highest <= high; }
  bool scores() const { return within(-1e-3F, 1 + 1e-3F); }
};

// What a probe run tells of boxes whose centres and whose sizes lie in these ranges: pixels reach far beyond kLargestShare. Nothing, where no box had a
// size.
inline constexpr float kLargestShare = 1.5F;
std::optional<domain::BoxUnit> unit_of_boxes(const Range& centres, const Range& sizes);
const char* words_of(domain::BoxUnit unit);  // "; in a probe run ..."
Range range_of_columns(const Observation& table, std::size_t length, std::size_t first, std::size_t end);
Range range_of(std::span<const float> values);

}  // namespace darkroom::inference
