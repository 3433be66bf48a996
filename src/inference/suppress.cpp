// Greedy, by score; the time is bounded by the number of candidates looked at.
#include "inference/suppress.h"

#include <algorithm>

namespace darkroom::inference {
namespace {

constexpr std::size_t kMostCandidates = 5'000;

double area(const domain::Box& box) { return std::max(0.0, box[2] - box[0]) * std::max(0.0, box[3] - box[1]); }

}  // namespace

double intersection_over_union(const domain::Box& one, const domain::Box& other) {
  domain::Box common{std::max(one[0], other[0]), std::max(one[1], other[1]), std::min(one[2], other[2]), std::min(one[3], other[3])};
  double shared = area(common);
  double all = area(one) + area(other) - shared;
  return all > 0 ? shared / all : 0;
}

std::vector<Candidate> suppress(std::vector<Candidate> candidates, double most_overlap, std::size_t most) {
  std::ranges::stable_sort(candidates, std::ranges::greater{}, &Candidate::score);
  if (candidates.size() > kMostCandidates) candidates.resize(kMostCandidates);
  std::vector<Candidate> kept;
  for (const Candidate& candidate : candidates) {
    if (kept.size() == most) break;
    bool covered = std::ranges::any_of(kept, [&](const Candidate& better) { return intersection_over_union(better.box, candidate.box) > most_overlap; });
    if (!covered) kept.push_back(candidate);
  }
  return kept;
}

}  // namespace darkroom::inference
