// Non-maximum suppression: of boxes that lie over one another, the best stays.
#pragma once

#include "domain/outcome.h"

#include <vector>

namespace darkroom::inference {

// Area of the intersection over area of the union; 0 for empty boxes.
double intersection_over_union(const domain::Box& one, const domain::Box& other);

struct Candidate {
  domain::Box box{};
  double score = 0;
  int class_index = 0;
};

// Sorts by score, best first, and drops each candidate that overlaps a better one, of whichever class, by more than `most_overlap`: one thing is
// not a truck and a car at once. At most `most` stay; of more than a few thousand only the best are looked at, so that the time is bounded.
std::vector<Candidate> suppress(std::vector<Candidate> candidates, double most_overlap, std::size_t most);

}  // namespace darkroom::inference
