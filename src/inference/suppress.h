// Non-maximum suppression: of boxes that lie over one another, the best stays.
#pragma once

#include "domain/outcome.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace darkroom::inference {

// Area of the intersection over area of the union; 0 for empty boxes.
double intersection_over_union(const domain::Box& one, const domain::Box& other);

struct Candidate {
  domain::Box box{};
  double score = 0;
  int class_index = 0;
  std::size_t source = 0;  // where it stood in the model's output
};

enum class Rivals { same_class, all_classes };  // whom a box suppresses

// Best first (of equal scores the one that came first), at most `most`; nothing else is dropped.
std::vector<Candidate> best_first(std::vector<Candidate> candidates, std::size_t most);

// The candidates that are looked at: the best few thousand, so that the time is bounded whatever a model answers. Best first.
std::vector<Candidate> contenders(std::vector<Candidate> candidates);

// Greedy: of `contenders`, each that no kept rival covers is kept, until there are `most`. covers(better, worse) is asked with places in
// `contenders`.
template <class Covers>
std::vector<Candidate> keep_uncovered(std::span<const Candidate> contenders, std::size_t most, Rivals rivals, Covers&& covers) {
  std::vector<std::size_t> kept;
  std::vector<Candidate> answer;
  for (std::size_t i = 0; i < contenders.size() && kept.size() < most; ++i) {
    bool covered = std::ranges::any_of(kept, [&](std::size_t better) {
      if (rivals == Rivals::same_class && contenders[better].class_index != contenders[i].class_index) return false;
      return covers(better, i);
    });
    if (covered) continue;
    kept.push_back(i);
    answer.push_back(contenders[i]);
  }
  return answer;
}

// Drops each candidate that overlaps a better rival by more than `most_overlap` (intersection over union). Best first, at most `most`.
std::vector<Candidate> suppress(std::vector<Candidate> candidates, double most_overlap, std::size_t most, Rivals rivals = Rivals::all_classes);

}  // namespace darkroom::inference
