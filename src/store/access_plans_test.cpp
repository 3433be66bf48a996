// The statements behind each request's proof of who asks, on SQLite: a token or a session is found by its index, and so is its account.
#include "store/sql_access.h"
#include "store/sqlite_plans.h"

namespace darkroom::store {
namespace {

class AccessPlans : public SqlitePlans {};

TEST_F(AccessPlans, NoneOfThemScans) {
  for (const char* statement : access_statements()) {
    std::string found = plan(statement);
    EXPECT_NE(found.find("SEARCH"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN"), std::string::npos) << statement << "\n" << found;
  }
}

}  // namespace
}  // namespace darkroom::store
