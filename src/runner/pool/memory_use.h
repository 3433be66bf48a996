// How much memory a model's processes take up together.
#pragma once

#include <cstdint>
#include <vector>

namespace darkroom::runner {

// Bytes, for a zygote (first in the list) and its children. Where the kernel lets us look, the sum of their proportional shares (PSS): a page that
// three of them share counts a third in each. Where it does not (we are not root, and runners hide from their own user), an estimate from their
// resident sizes: the zygote's, and what each child has beyond that. A process that has ended counts nothing.
std::int64_t memory_of(const std::vector<int>& family);

}  // namespace darkroom::runner
