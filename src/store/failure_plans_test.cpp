// The statements about failures on SQLite: they read the table of failures by its indexes, and of the jobs only those that they show.
#include "store/sql_failures.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class FailurePlans : public SqlitePlans {};

TEST_F(FailurePlans, WhatHasFinishedIsNotLookedThrough) {
  for (const char* statement : failure_statements()) {
    std::string found = plan(statement);
    for (const char* word : {"SCAN job", "SCAN image", "TEMP B-TREE"}) EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
  }
}

TEST_F(FailurePlans, GroupsAreCountedFromTheirIndexAlone) {
  std::string groups = plan(failure_statements().at(0)), samples = plan(failure_statements().at(1));
  EXPECT_NE(groups.find("SCAN failure USING COVERING INDEX failure_group"), std::string::npos) << groups;
  EXPECT_NE(samples.find("failure_group (cause=? AND queue=? AND kind=? AND model=?"), std::string::npos) << samples;
}

}  // namespace
}  // namespace darkroom::store
