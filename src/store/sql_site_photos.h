// Taking in photos that sites number: the same number and photo is one image, and one job while that has not ended.
#pragma once

#include "store/sql_intake.h"

#include <span>
#include <vector>

namespace darkroom::store {

struct SiteIntakes {
  std::vector<Intake*> known;  // their image is there, or will be by one of `fresh`
  std::vector<Intake*> fresh;
};

// Sorts these, all of which name a site and whose contents are locked, so that of two that send the same photo at once one finds the other's. The fresh
// ones are to be taken in; then settle_site_photos() follows.
SiteIntakes look_up_site_photos(Transaction& transaction, std::span<Intake* const> intakes);

// After the fresh ones were taken in: keeps their numbers, and gives each known one its job.
void settle_site_photos(Transaction& transaction, const SiteIntakes& intakes);

std::vector<const char*> hot_site_statements();
std::vector<RowSql> hot_site_rows();

}  // namespace darkroom::store
