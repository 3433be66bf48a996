// Greedy, by score.
#include "inference/suppress.h"

namespace darkroom::inference {
namespace {

constexpr std::size_t kMostContenders = 5'000;

double area(const domain::Box& box) { return std::max(0.0, box[2] - box[0]) * std::max(0.0, box[3] - box[1]); }

}  // namespace

double intersection_over_union(const domain::Box& one, const domain::Box& other) {
  domain::Box common{std::max(one[0], other[0]), std::max(one[1], other[1]), std::min(one[2], other[2]), std::min(one[3], other[3])};
  double shared = area(common);
  double all = area(one) + area(other) - shared;
  return all > 0 ? shared / all : 0;
}

std::vector<Candidate> best_first(std::vector<Candidate> candidates, std::size_t most) {
  std::ranges::stable_sort(candidates, std::ranges::greater{}, &Candidate::score);
  if (candidates.size() > most) candidates.resize(most);
  return candidates;
}

std::vector<Candidate> contenders(std::vector<Candidate> candidates) { return best_first(std::move(candidates), kMostContenders); }

std::vector<Candidate> suppress(std::vector<Candidate> candidates, double most_overlap, std::size_t most, Rivals rivals) {
  std::vector<Candidate> field = contenders(std::move(candidates));
  return keep_uncovered(field, most, rivals, [&](std::size_t better, std::size_t worse) {
    return intersection_over_union(field[better].box, field[worse].box) > most_overlap;
  });
}

}  // namespace darkroom::inference
