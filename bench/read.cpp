// What reading a model's output costs: YOLOv8's [1,84,8400] with a street's worth of objects, scanned as it lies and, side by side in the same run,
// transposed first and then searched row by row. Prints one JSON line, times in microseconds.
//
//   read [--rounds 200]
#include "support.h"

#include "inference/column_scan.h"
#include "inference/read.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <stdexcept>

namespace darkroom::bench {
namespace {

constexpr std::size_t kClasses = 80;
constexpr std::size_t kAnchors = 8400;
constexpr std::size_t kCoefficients = 32;
constexpr std::size_t kMap = 160;

struct Answer {
  std::vector<float> output;
  std::vector<float> prototypes;
};

// Twenty things of 10 anchors each over the threshold; all other scores are low, as they are in life.
Answer make_answer(std::size_t extra) {
  std::mt19937 random(1);
  auto number = [&](float low, float high) { return std::uniform_real_distribution<float>(low, high)(random); };
  Answer answer;
  answer.output.resize((4 + kClasses + extra) * kAnchors);
  for (float& value : answer.output) value = number(0, 0.05F);
  for (std::size_t i = 0; i < 4 * kAnchors; ++i) answer.output[i] = number(40, 600);
  for (std::size_t i = (4 + kClasses) * kAnchors; i < answer.output.size(); ++i) answer.output[i] = number(-1, 1);
  for (std::size_t thing = 0; thing < 20; ++thing) {
    const float box[] = {number(80, 560), number(80, 560), number(30, 150), number(30, 150)};
    std::size_t row = 4 + random() % kClasses;
    for (std::size_t anchor = 400 * thing; anchor < 400 * thing + 10; ++anchor) {
      for (std::size_t field = 0; field < 4; ++field) answer.output[field * kAnchors + anchor] = box[field] + number(-2, 2);
      answer.output[row * kAnchors + anchor] = number(0.3F, 0.95F);
    }
  }
  answer.prototypes.resize(kCoefficients * kMap * kMap);
  for (std::size_t i = 0; i < answer.prototypes.size(); ++i) answer.prototypes[i] = (i / 40) % 2 == 0 ? 1.0F : -1.0F;
  return answer;
}

// The way of most examples: a copy by anchor, then the highest score of each.
void transpose_and_search(std::span<const float> output, std::vector<float>& by_anchor, inference::ColumnBest& best) {
  std::size_t rows = output.size() / kAnchors;
  by_anchor.resize(output.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t anchor = 0; anchor < kAnchors; ++anchor) by_anchor[anchor * rows + row] = output[row * kAnchors + anchor];
  }
  best.value.resize(kAnchors);
  best.row.resize(kAnchors);
  for (std::size_t anchor = 0; anchor < kAnchors; ++anchor) {
    const float* scores = by_anchor.data() + anchor * rows + 4;
    const float* highest = std::max_element(scores, scores + kClasses);
    best.value[anchor] = *highest;
    best.row[anchor] = static_cast<std::int32_t>(highest - scores);
  }
}

inference::Reading make_reading(const std::string& task) {
  inference::Reading reading;
  reading.recipe.family = "yolov8";
  reading.recipe.task = task;
  reading.input_width = reading.input_height = 640;
  reading.classes = kClasses;
  reading.mask_coefficients = kCoefficients;
  return reading;
}

std::size_t read_once(const Answer& answer, const inference::Reading& reading) {
  inference::Outputs outputs;
  outputs["output"] = {{1, static_cast<std::int64_t>(answer.output.size() / kAnchors), kAnchors}, answer.output};
  outputs["prototypes"] = {{1, kCoefficients, kMap, kMap}, answer.prototypes};
  inference::PhotoFrame frame{1920, 1080, {1.0 / 3, 1.0 / 3, 0, 140}};
  return inference::read_outputs(outputs, reading, frame).value().objects.size();
}

template <class Work>
double micros(Work&& work) {
  auto begun = SteadyClock::now();
  work();
  return 1e6 * seconds_between(begun, SteadyClock::now());
}

int run(const Arguments& arguments) {
  int rounds = arguments.number("rounds", "200");
  Answer detect = make_answer(0);
  Answer segment = make_answer(kCoefficients);
  inference::Reading boxes = make_reading("detect");
  inference::Reading masks = make_reading("segment");
  inference::ColumnBest scanned;
  inference::ColumnBest searched;
  std::vector<float> by_anchor;
  std::span<const float> scores = std::span(detect.output).subspan(4 * kAnchors);
  std::vector<double> scan, transpose, with_boxes, with_masks;
  std::size_t objects = 0;
  for (int i = 0; i < rounds; ++i) {
    scan.push_back(micros([&] { inference::best_of_columns(scores, kAnchors, {0, 1}, scanned); }));
    transpose.push_back(micros([&] { transpose_and_search(detect.output, by_anchor, searched); }));
    with_boxes.push_back(micros([&] { objects = read_once(detect, boxes); }));
    with_masks.push_back(micros([&] { read_once(segment, masks); }));
  }
  if (scanned.row != searched.row || scanned.value != searched.value) throw std::runtime_error("the two ways disagree");
  double fast = quantile(scan, 0.5);
  double slow = quantile(transpose, 0.5);
  std::string line = json_line({{"rounds", rounds},
                                {"scan_us", fast},
                                {"transpose_us", slow},
                                {"ratio", slow / fast},
                                {"detect_us", quantile(with_boxes, 0.5)},
                                {"segment_us", quantile(with_masks, 0.5)},
                                {"objects", static_cast<double>(objects)}});
  std::fputs(line.c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace darkroom::bench

int main(int count, char** arguments) { return darkroom::bench::run_main(count, arguments, darkroom::bench::run); }
