// For the tests of plans: the statements behind the minutes of queues.
#pragma once

#include <vector>

namespace darkroom::store {

std::vector<const char*> minute_statements();

}  // namespace darkroom::store
