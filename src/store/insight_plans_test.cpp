// The statements behind queues(), place_of() and count_jobs(), and those of senders, on SQLite: each reads a range of an index, none scans or sorts.
#include "store/sql_deliveries.h"
#include "store/sql_insight.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class InsightPlans : public SqlitePlans {};

TEST_F(InsightPlans, NothingIsScannedOrSorted) {
  std::vector<const char*> statements = queue_statements();
  for (const char* statement : place_statements()) statements.push_back(statement);
  for (const char* statement : sending_statements()) statements.push_back(statement);
  for (const char* statement : statements) {
    std::string found = plan(statement);
    EXPECT_EQ(found.find("SCAN job"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN delivery"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("TEMP B-TREE"), std::string::npos) << statement << "\n" << found;
  }
}

// Counts of all jobs of a state begin where its index begins, and end at their limit.
TEST_F(InsightPlans, JobsAreCountedInTheIndexOfTheirState) {
  for (const char* statement : count_statements()) {
    std::string found = plan(statement);
    EXPECT_NE(found.find("job USING INDEX job_"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("TEMP B-TREE"), std::string::npos) << statement << "\n" << found;
    EXPECT_NE(std::string(statement).find(" LIMIT $"), std::string::npos) << statement;
  }
}

}  // namespace
}  // namespace darkroom::store
