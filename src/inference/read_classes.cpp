// Models that speak of the whole photo: classifiers and embeddings.
#include "inference/read_checks.h"
#include "inference/read_families.h"
#include "inference/read_finds.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace darkroom::inference {
namespace {

constexpr int kTopClasses = 5;
constexpr std::int64_t kLongestEmbedding = 16'384;  // numbers; what an outcome may hold

// The one size of a tensor that is not 1: global pooling leaves [1,n,1,1] in some files. 1 where all are.
Result<TensorView> find_vector(const Outputs& outputs, std::int64_t size) {
  auto found = outputs.find("output");
  if (found == outputs.end()) return find_tensor(outputs, "output", {size});
  Outputs trimmed = {{"output", found->second}};
  std::vector<std::int64_t>& shape = trimmed.at("output").shape;
  while (shape.size() > 1 && shape.back() == 1) shape.pop_back();
  return find_tensor(trimmed, "output", {size});
}

double sigmoid(double value) { return 1 / (1 + std::exp(-value)); }

// exp(v) / sum of exp(v), with the highest taken off first so that nothing overflows.
void apply_softmax(std::vector<double>& scores) {
  double highest = std::ranges::max(scores);
  for (double& score : scores) score = std::exp(score - highest);
  double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  for (double& score : scores) score /= sum;
}

Result<std::vector<double>> activated(std::span<const float> values, domain::Activation activation) {
  std::vector<double> scores(values.begin(), values.end());
  switch (activation) {
    case domain::Activation::none:
      if (!std::ranges::all_of(scores, is_score)) return no_score("a class score");
      break;
    case domain::Activation::sigmoid: std::ranges::transform(scores, scores.begin(), sigmoid); break;
    case domain::Activation::softmax: apply_softmax(scores); break;
  }
  return scores;
}

}  // namespace

Result<domain::Findings> read_classifier(const Outputs& outputs, const Reading& reading, const PhotoFrame&) {
  Result<TensorView> output = find_vector(outputs, reading.classes > 0 ? reading.classes : kAnySize);
  if (!output) return output.error();
  if (output->values.empty()) return domain::Findings{};
  const domain::Recipe& recipe = reading.recipe;
  Result<std::vector<double>> scores = activated(output->values, recipe.activation.value_or(domain::Activation::none));
  if (!scores) return scores.error();

  std::vector<int> order(scores->size());
  std::iota(order.begin(), order.end(), 0);
  auto score_of = [&](int index) { return (*scores)[static_cast<std::size_t>(index)]; };
  auto top = std::min(order.size(), static_cast<std::size_t>(std::max(0, recipe.top_k.value_or(kTopClasses))));
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(top), [&](int one, int other) {
    return score_of(one) > score_of(other) || (score_of(one) == score_of(other) && one < other);
  });
  domain::Findings found;
  for (int index : std::span(order).first(top)) {
    if (score_of(index) < recipe.confidence_threshold.value_or(0)) break;
    found.classes.push_back({label_of(reading.labels, index), index, clamp_score(score_of(index))});
  }
  return found;
}

Result<domain::Findings> read_clip(const Outputs& outputs, const Reading&, const PhotoFrame&) {
  Result<TensorView> output = find_vector(outputs, kAnySize);
  if (!output) return output.error();
  if (output->shape[0] > kLongestEmbedding) return refusal("an embedding has more than " + std::to_string(kLongestEmbedding) + " numbers");
  double sum = 0;
  for (float value : output->values) sum += static_cast<double>(value) * static_cast<double>(value);
  double length = std::sqrt(sum);
  if (!(length > 0)) return refusal("its embedding has no length");
  domain::Findings found;
  for (float value : output->values) found.embedding.push_back(static_cast<float>(static_cast<double>(value) / length));
  return found;
}

}  // namespace darkroom::inference
