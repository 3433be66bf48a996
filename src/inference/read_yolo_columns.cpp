// YOLOv8 and its successors write a row a field and a column an anchor. The class rows are scanned as they lie; only the anchors over the threshold
// are looked at again.
#include "inference/column_scan.h"
#include "inference/read_checks.h"
#include "inference/read_families.h"
#include "inference/read_yolo.h"

namespace darkroom::inference {
namespace {

constexpr std::size_t kBoxFields = 4;

// The best class of each anchor. The scan checks the scores; the fields before and behind them have to be finite.
Result<ColumnBest> best_classes(const TensorView& output, std::size_t classes) {
  auto anchors = static_cast<std::size_t>(output.shape[1]);
  std::span<const float> scores = output.values.subspan(kBoxFields * anchors, classes * anchors);
  bool finite = all_finite(output.values.first(kBoxFields * anchors)) && all_finite(output.values.subspan((kBoxFields + classes) * anchors));
  ColumnBest best;
  if (finite && best_of_columns(scores, anchors, kScores, best)) return best;
  return finite && all_finite(scores) ? no_score("a class score") : not_finite("output");
}

}  // namespace

Result<domain::Findings> read_yolov8(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<int> extra = extra_fields(reading);
  if (!extra) return extra.error();
  if (reading.classes < 1) return refusal("the number of its classes was not recognised");
  auto classes = static_cast<std::size_t>(reading.classes);
  Result<TensorView> output = find_shape(outputs, "output", {static_cast<std::int64_t>(kBoxFields) + reading.classes + *extra, kAnySize});
  if (!output) return output.error();
  Result<ColumnBest> best = best_classes(*output, classes);
  if (!best) return best.error();
  YoloTable table{.values = output->values,
                  .anchor_step = 1,
                  .field_step = static_cast<std::size_t>(output->shape[1]),
                  .first_extra = kBoxFields + classes,
                  .box_fields = BoxFields::centre,
                  .task = yolo_task(reading.recipe),
                  .unit = unit_of(reading)};
  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  for (std::size_t anchor = 0; anchor < best->value.size(); ++anchor) {
    double score = static_cast<double>(best->value[anchor]);
    if (score < thresholds.confidence) continue;
    add_candidate(candidates, {table.box(anchor, frame.placement), score, best->row[anchor], anchor}, frame);
  }
  return describe(suppress(std::move(candidates), table, thresholds), table, outputs, reading, frame);
}

}  // namespace darkroom::inference
