// Chance where nobody gains by guessing it: what is tried again by many at once is spread by it.
#pragma once

namespace darkroom {

// At least 0, below 1; of each thread its own row of numbers.
double random_share();

}  // namespace darkroom
