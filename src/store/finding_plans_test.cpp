// The statements that find images on SQLite: each walks an index in the order of its answer, and sorts nothing.
#include "store/sql_finding.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class FindingPlans : public SqlitePlans {};

TEST_F(FindingPlans, NothingIsSortedAndOneTableIsWalked) {
  for (const char* statement : finding_statements()) {
    std::string found = plan(statement);
    EXPECT_EQ(found.find("TEMP B-TREE"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN job"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN image\n"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN result"), std::string::npos) << statement << "\n" << found;
  }
}

TEST_F(FindingPlans, EachConditionHasItsIndex) {
  std::string all;
  for (const char* statement : finding_statements()) all += plan(statement);
  for (const char* index : {"image_of_owner (owner=?", "image_by_title (", "job_with_error (error_code=?", "job_failed_of (image_id", "job_cancelled_of (image_id"}) {
    EXPECT_NE(all.find(index), std::string::npos) << index << "\n" << all;
  }
}

}  // namespace
}  // namespace darkroom::store
