// The statements behind the minutes of queues on SQLite: each reads a range of an index.
#include "store/sql_minutes.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class MinutePlans : public SqlitePlans {};

TEST_F(MinutePlans, NoHistoryIsLookedThroughAndNothingIsSorted) {
  std::string all;
  for (const char* statement : minute_statements()) {
    std::string found = plan(statement);
    for (const char* word : {"SCAN job", "SCAN queue_minute", "TEMP B-TREE"}) EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
    all += found;
  }
  EXPECT_NE(all.find("job_finished (queue=? AND finished_at>? AND finished_at<?)"), std::string::npos) << all;
  EXPECT_NE(all.find("INDEX job_claim (lane>? AND lane<?)"), std::string::npos) << all;
}

}  // namespace
}  // namespace darkroom::store
