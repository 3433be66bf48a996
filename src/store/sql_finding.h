// The statements that find images, for the tests of their plans.
#pragma once

#include <vector>

namespace darkroom::store {

// Each reads a range of an index in the order of its answer.
std::vector<const char*> finding_statements();

}  // namespace darkroom::store
