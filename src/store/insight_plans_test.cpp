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
  for (const char* statement : endpoint_deletion_statements()) statements.push_back(statement);
  for (const char* statement : statements) {
    std::string found = plan(statement);
    EXPECT_EQ(found.find("SCAN job"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN delivery"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("TEMP B-TREE"), std::string::npos) << statement << "\n" << found;
  }
}

// As the foreign key does it, when the endpoint is deleted.
TEST_F(InsightPlans, WhatIsLeftOfAnEndpointsDeliveriesIsFoundByIndex) {
  std::string found = plan("DELETE FROM delivery WHERE endpoint_id = $1");
  EXPECT_NE(found.find("delivery_of_endpoint"), std::string::npos) << found;
}

// A page of the log begins where it was left, and that of an image reads the image's own events alone.
TEST_F(InsightPlans, EventsAreReadFromWhereOneWas) {
  std::vector<std::string> plans;
  for (const char* statement : event_statements()) plans.push_back(plan(statement));
  for (const std::string& found : plans) {
    EXPECT_EQ(found.find("SCAN"), std::string::npos) << found;
    EXPECT_EQ(found.find("TEMP B-TREE"), std::string::npos) << found;
  }
  EXPECT_NE(plans.at(1).find("SEARCH event USING INDEX event_of_image (image_id=? AND id>? AND id<?)"), std::string::npos) << plans.at(1);
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
