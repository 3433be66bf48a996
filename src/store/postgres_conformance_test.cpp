// PostgreSQL passes the conformance suite.
#include "store/conformance.h"
#include "store/open_store.h"
#include "store/sql/postgres_connection.h"
#include "store/sql/postgres_text.h"
#include "support/postgres_server.h"

namespace darkroom::store {
namespace {

using testing_support::fresh_schema;
using testing_support::shared_postgres;

void drop_schema(const std::string& url) {
  PostgresOptions options = parse_postgres_url(url);
  PostgresConnection connection(options, PostgresConnection::Statements::whole);
  connection.run_script("DROP SCHEMA IF EXISTS " + quoted_identifier(options.schema) + " CASCADE", std::chrono::seconds(20));
}

// The schema of the test that runs; dropped by the next one, and at the end.
class Place : public testing::Environment {
 public:
  const std::string& url() const { return url_; }
  void move() {
    TearDown();
    url_ = fresh_schema(shared_postgres());
  }
  void TearDown() override {
    if (!url_.empty()) drop_schema(std::exchange(url_, {}));
  }

 private:
  std::string url_;
};

Place& place() {
  static auto* made = static_cast<Place*>(testing::AddGlobalTestEnvironment(new Place));  // GoogleTest owns it
  return *made;
}

StoreFactory postgres_factory() {
  place();
  return {"postgres", [](bool fresh) {
            if (fresh) place().move();
            return open_store(place().url(), from_micros(1));
          }};
}

INSTANTIATE_TEST_SUITE_P(Postgres, StoreConformance, testing::Values(postgres_factory()), [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace darkroom::store
