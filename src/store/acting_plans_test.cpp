// The statements behind act_on_jobs() and batches on SQLite: jobs of any state but `completed` are found without reading the history.
#include "store/sql_batches.h"
#include "store/sql_selection.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class ActingPlans : public SqlitePlans {};

TEST_F(ActingPlans, JobsAreReadFromTheIndexOfTheirState) {
  for (const char* statement : Selection::statements_by_index()) {
    std::string found = plan(statement);
    EXPECT_EQ(found.find("SCAN job\n"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SEARCH job USING INTEGER PRIMARY KEY"), std::string::npos) << statement << "\n" << found;
    EXPECT_NE(found.find("job USING INDEX job_"), std::string::npos) << statement << "\n" << found;
  }
}

TEST_F(ActingPlans, ABatchIsAskedForItsOwnJobsOnly) {
  for (const char* statement : batch_statements()) {
    std::string found = plan(statement);
    EXPECT_NE(found.find("SEARCH job USING COVERING INDEX job_of_batch (batch_id=?"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN job"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN batch\n"), std::string::npos) << statement << "\n" << found;
  }
}

TEST_F(ActingPlans, WhetherABatchHasAJobIsSeenInItsOwnIndex) {
  for (const char* statement : retention_statements()) {
    std::string found = plan(statement);
    EXPECT_NE(found.find("job USING COVERING INDEX job_of_batch (batch_id=?"), std::string::npos) << statement << "\n" << found;
    EXPECT_NE(found.find("SEARCH batch USING INTEGER PRIMARY KEY"), std::string::npos) << statement << "\n" << found;
  }
}

}  // namespace
}  // namespace darkroom::store
