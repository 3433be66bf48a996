// The statements of the lists of jobs on SQLite: each walks an index in the order of its answer, and sorts nothing.
#include "store/sql_job_lists.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class JobListPlans : public SqlitePlans {
 protected:
  void expect_walks(const std::vector<const char*>& statements) {
    for (const char* statement : statements) {
      std::string found = plan(statement);
      for (const char* word : {"TEMP B-TREE", "SCAN image\n"}) EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
      bool whole = found.find("SCAN job\n") != std::string::npos;
      EXPECT_FALSE(whole) << statement << "\n" << found;
    }
  }
};

TEST_F(JobListPlans, NothingIsScannedOrSorted) {
  expect_walks(job_list_statements());
  expect_walks(line_statements());
}

TEST_F(JobListPlans, TheLineIsReadFromTheIndexesOfClaimsAndTurns) {
  std::string all;
  for (const char* statement : line_statements()) all += plan(statement);
  for (const char* index : {"job_claim (lane=? AND priority=?", "job_turn (lane=? AND priority=? AND owner=?"}) EXPECT_NE(all.find(index), std::string::npos) << index << "\n" << all;
}

}  // namespace
}  // namespace darkroom::store
