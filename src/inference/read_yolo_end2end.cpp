// YOLO models that choose by themselves: rows are finished finds.
#include "inference/read_checks.h"
#include "inference/read_families.h"
#include "inference/read_yolo.h"

namespace darkroom::inference {
namespace {

constexpr std::size_t kScore = 4;
constexpr std::size_t kClass = 5;
constexpr std::size_t kFirstExtra = 6;

}  // namespace

Result<domain::Findings> read_yolo_end2end(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<int> extra = extra_fields(reading);
  if (!extra) return extra.error();
  auto length = kFirstExtra + static_cast<std::size_t>(*extra);
  Result<TensorView> output = find_tensor(outputs, "output", {kAnySize, static_cast<std::int64_t>(length)});
  if (!output) return output.error();
  YoloTable table{.values = output->values,
                  .anchor_step = length,
                  .field_step = 1,
                  .first_extra = kFirstExtra,
                  .box_fields = BoxFields::corners,
                  .task = yolo_task(reading.recipe)};
  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  for (std::size_t row = 0; row < static_cast<std::size_t>(output->shape[0]); ++row) {
    double score = table.field(row, kScore);
    if (!is_score(score)) return no_score("a score");
    if (score < thresholds.confidence) continue;
    Result<int> class_index = class_of(output->values[row * length + kClass], 0, reading.classes);
    if (!class_index) return class_index.error();
    add_candidate(candidates, {table.box(row, frame.placement), score, *class_index, row}, frame);
  }
  return describe(best_first(std::move(candidates), thresholds.most), table, outputs, reading, frame);
}

}  // namespace darkroom::inference
