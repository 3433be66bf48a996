// Callers of a shared verb on PostgreSQL: however they are gathered, each has its own end.
#include "store/postgres_place.h"
#include "store/sql_rows.h"

#include <atomic>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

constexpr const char* kCountEvents = "SELECT COUNT(*) FROM event";
constexpr const char* kRefused = "INSERT INTO image (title) VALUES ('without all else')";

class PostgresTogether : public testing::Test {
 protected:
  PostgresTogether() : place_(shared_postgres()), database_(place_.open()) {}

  static void write_event(Transaction& transaction) { append_event(transaction, {.type = "x", .actor = "a"}); }

  // Twelve callers, of which each third meets what `bad` does. Returns how many had an error of this type.
  template <class Error, class Bad>
  int refused_of_twelve(const Bad& bad) {
    SharedVerb verb{[&](Transaction& transaction, std::span<void* const> asks) {
      for (void* ask : asks) {
        write_event(transaction);
        if (*static_cast<int*>(ask) % 3 == 0) bad(transaction);
      }
    }};
    std::atomic<int> refused = 0;
    std::vector<std::jthread> callers;
    for (int i = 0; i < 12; ++i) {
      callers.emplace_back([&, i]() mutable {
        try {
          database_->write_together(verb, &i, 1);
        } catch (const Error&) {
          ++refused;
        }
      });
    }
    callers.clear();
    return refused;
  }

  std::int64_t events() {
    return database_->read([](Connection& connection) { return connection.execute(kCountEvents).at(0).integer(0); });
  }

  PostgresPlace place_;
  std::unique_ptr<PostgresDatabase> database_;
};

TEST_F(PostgresTogether, OnlyThoseWhoseWorkThrowsFail) {
  EXPECT_EQ(refused_of_twelve<std::logic_error>([](Transaction&) { throw std::logic_error("broken"); }), 4);
  EXPECT_EQ(events(), 8);
}

TEST_F(PostgresTogether, OnlyThoseWhomTheServerRefusesFail) {
  EXPECT_EQ(refused_of_twelve<StoreUnavailable>([](Transaction& transaction) { transaction.execute(kRefused); }), 4);
  EXPECT_EQ(events(), 8);
}

// With a million jobs in a lane the server would compile a claim's plan each time, or read all images for it; with the plan of a new database it would read
// all jobs for each one that ends.
TEST_F(PostgresTogether, WritesArePlannedByIndexAndNotCompiled) {
  auto settings = database_->write([](Transaction& transaction) {
    return std::vector{transaction.execute("SHOW jit").at(0).text(0), transaction.execute("SHOW plan_cache_mode").at(0).text(0),
                       transaction.execute("SHOW enable_hashjoin").at(0).text(0), transaction.execute("SHOW enable_mergejoin").at(0).text(0),
                       transaction.execute("SHOW enable_seqscan").at(0).text(0)};
  });
  EXPECT_EQ(settings, (std::vector<std::string>{"off", "force_generic_plan", "off", "off", "off"}));
}

}  // namespace
}  // namespace darkroom::store
