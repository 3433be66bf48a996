// What a claim costs by itself: the time of its statements, without the commit, so that no disk is measured. Also how long another write waits while
// many queued jobs change their priority. Prints one JSON line.
//
//   claim_cost --store /path/file.db|postgresql://... [--models demo] [--count 1] [--rounds 900] [--reprioritise yes]
#include "support.h"

#include "store/acting.h"
#include "store/open_store.h"
#include "store/sql/postgres_database.h"
#include "store/sql/sqlite_database.h"
#include "store/sql_claims.h"

#include <atomic>
#include <cstdio>
#include <thread>

namespace darkroom::bench {
namespace {

constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";

Time now() { return SystemClock().now(); }

std::unique_ptr<store::Database> open_database(const std::string& where) {
  if (store::is_postgres_url(where)) return std::make_unique<store::PostgresDatabase>(store::parse_postgres_url(where), now());
  return std::make_unique<store::SqliteDatabase>(where, now());
}

// Each claim is committed, as it is in life; the clock stops before that.
std::vector<double> claim_times(store::Database& database, const store::ClaimRequest& request, int rounds) {
  std::vector<double> microseconds;
  store::LaneStarts starts;
  for (int i = 0; i < rounds; ++i) {
    database.write([&](store::Transaction& transaction) {
      auto begun = SteadyClock::now();
      store::Claimer claimer{request, now()};
      store::claim_together(transaction, {&claimer}, starts);
      microseconds.push_back(1e6 * seconds_between(begun, SteadyClock::now()));
      return true;
    });
  }
  return microseconds;
}

// Every queued job moves; meanwhile a small write asks again and again.
void reprioritise(store::Store& store, std::vector<std::pair<std::string_view, double>>& figures) {
  std::atomic<bool> done = false;
  std::vector<double> waits;
  std::jthread other([&] {
    while (!done) {
      auto begun = SteadyClock::now();
      store.record({.at = now(), .type = "bench.write", .actor = "bench"});
      waits.push_back(1000 * seconds_between(begun, SteadyClock::now()));
    }
  });
  auto begun = SteadyClock::now();
  store::JobFilter queued{.states = {domain::JobState::queued}};
  auto result = store.act_on_jobs(queued, store::Reprioritise{7}, false, {"bench", ""}, now());
  double took = seconds_between(begun, SteadyClock::now());
  done = true;
  other.join();
  figures.insert(figures.end(), {{"reprioritised", static_cast<double>(result.changed)}, {"reprioritise_s", took}, {"other_write_p99_ms", quantile(waits, 0.99)},
                                 {"other_write_max_ms", quantile(waits, 1.0)}});
}

int run(const Arguments& arguments) {
  std::string where = arguments.text("store");
  store::ClaimRequest request{kNode, "slot", {domain::lane_of(domain::kProcessQueue, arguments.text("models", "demo"))}, arguments.number("count", "1")};
  std::vector<std::pair<std::string_view, double>> figures;
  {
    auto database = open_database(where);
    auto times = claim_times(*database, request, arguments.number("rounds", "900"));
    figures = {{"claim_p50_us", quantile(times, 0.5)}, {"claim_p99_us", quantile(times, 0.99)}};
  }
  if (arguments.text("reprioritise", "no") == "yes") reprioritise(*store::open_store(where, now()), figures);
  std::fputs(json_line(figures).c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace darkroom::bench

int main(int count, char** arguments) { return darkroom::bench::run_main(count, arguments, darkroom::bench::run); }
