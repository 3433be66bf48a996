// Every row of the tensor is read, checked, placed in the photo; then the best of those that overlap stay.
#include "inference/read_boxes.h"

#include "domain/error_codes.h"
#include "inference/suppress.h"
#include "inference/yolox.h"

#include <algorithm>
#include <cmath>

namespace darkroom::inference {
namespace {

constexpr double kDefaultConfidence = 0.30;
constexpr double kDefaultOverlap = 0.45;
constexpr int kDefaultMost = 300;
constexpr float kScoreTolerance = 1e-3F;

Error refusal(const std::string& what) { return Error{std::string(domain::code::model_output), "The model's output cannot be used: " + what + "."}; }

bool all_finite(std::span<const float> values) {
  float sum = 0;
  for (float value : values) sum += value * 0.0F;  // NaN as soon as one is not finite; one add a value, no branch
  return sum == 0.0F;
}

bool is_score(float value) { return value >= -kScoreTolerance && value <= 1 + kScoreTolerance; }

struct Cell {
  int column = 0;
  int row = 0;
  int stride = 0;
};

domain::Box place(const float* fields, const Cell& cell, const imaging::Placement& placement) {
  double x = (fields[0] + cell.column) * cell.stride;
  double y = (fields[1] + cell.row) * cell.stride;
  double half_width = std::exp(static_cast<double>(fields[2])) * cell.stride / 2;
  double half_height = std::exp(static_cast<double>(fields[3])) * cell.stride / 2;
  auto to_x = [&](double tensor_x) { return (tensor_x - placement.offset_x) / placement.scale_x; };
  auto to_y = [&](double tensor_y) { return (tensor_y - placement.offset_y) / placement.scale_y; };
  return {to_x(x - half_width), to_y(y - half_height), to_x(x + half_width), to_y(y + half_height)};
}

bool is_finite(const domain::Box& box) { return std::ranges::all_of(box, [](double edge) { return std::isfinite(edge); }); }

domain::Box clamp(const domain::Box& box, const PhotoFrame& frame) {
  double width = frame.width;
  double height = frame.height;
  return {std::clamp(box[0], 0.0, width), std::clamp(box[1], 0.0, height), std::clamp(box[2], 0.0, width), std::clamp(box[3], 0.0, height)};
}

std::string label_of(const std::vector<std::string>& labels, int index) {
  auto place = static_cast<std::size_t>(index);
  return place < labels.size() ? labels[place] : "class_" + std::to_string(index);
}

class YoloxReader {
 public:
  YoloxReader(const YoloxLayout& layout, const PhotoFrame& frame, const domain::Recipe& recipe)
      : layout_(layout), frame_(frame), threshold_(recipe.confidence_threshold.value_or(kDefaultConfidence)) {}

  Result<std::vector<Candidate>> read(std::span<const float> output) {
    const float* fields = output.data();
    for (int stride : kYoloxStrides) {
      for (int row = 0; row < layout_.height / stride; ++row) {
        for (int column = 0; column < layout_.width / stride; ++column, fields += kYoloxBoxFields + layout_.classes) {
          if (Result<void> good = read_row(fields, {column, row, stride}); !good) return good.error();
        }
      }
    }
    return std::move(candidates_);
  }

 private:
  Result<void> read_row(const float* fields, const Cell& cell) {
    float objectness = fields[4];
    if (!is_score(objectness)) return refusal("an objectness is outside 0..1; is its last activation missing?");
    if (objectness < threshold_) return {};
    const float* scores = fields + kYoloxBoxFields;
    const float* best = std::max_element(scores, scores + layout_.classes);
    if (!is_score(*best)) return refusal("a class score is outside 0..1; is its last activation missing?");
    double score = std::clamp(static_cast<double>(objectness) * static_cast<double>(*best), 0.0, 1.0);
    if (score < threshold_) return {};
    domain::Box box = place(fields, cell, frame_.placement);
    if (!is_finite(box)) return refusal("a box has no finite size");
    candidates_.push_back({box, score, static_cast<int>(best - scores)});
    return {};
  }

  const YoloxLayout& layout_;
  const PhotoFrame& frame_;
  double threshold_;
  std::vector<Candidate> candidates_;
};

}  // namespace

Result<std::vector<domain::DetectedObject>> read_yolox(std::span<const float> output, const YoloxLayout& layout, const PhotoFrame& frame,
                                                       const domain::Model& model) {
  auto expected = static_cast<std::size_t>(layout.anchors()) * static_cast<std::size_t>(kYoloxBoxFields + layout.classes);
  if (output.size() != expected) return refusal("it has another size than the file says");
  if (!all_finite(output)) return refusal("it holds NaN or infinity");
  Result<std::vector<Candidate>> candidates = YoloxReader(layout, frame, model.recipe).read(output);
  if (!candidates) return candidates.error();

  double overlap = model.recipe.nms_iou.value_or(kDefaultOverlap);
  auto most = static_cast<std::size_t>(model.recipe.max_detections.value_or(kDefaultMost));
  std::vector<domain::DetectedObject> objects;
  for (const Candidate& candidate : suppress(std::move(*candidates), overlap, most)) {
    domain::Box box = clamp(candidate.box, frame);
    if (box[0] < box[2] && box[1] < box[3]) objects.push_back({label_of(model.labels, candidate.class_index), candidate.score, box});
  }
  return objects;
}

}  // namespace darkroom::inference
