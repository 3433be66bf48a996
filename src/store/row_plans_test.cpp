// The statements that SQLite runs once for each job: none builds a table of its own while it runs. A CHECK of three or more values by IN did so, and was a
// third of the price of a job.
#include "store/sql_claims.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class RowPlans : public SqlitePlans {};

TEST_F(RowPlans, NoRowBuildsATable) {
  for (const RowSql& row : hot_row_statements()) {
    std::string text = row.text;
    if (text.starts_with("SELECT")) continue;
    EXPECT_EQ(program(text).find("OpenEphemeral"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace darkroom::store
