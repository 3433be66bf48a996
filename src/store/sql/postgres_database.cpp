#include "store/sql/postgres_database.h"

#include "base/log.h"
#include "store/sql/gathering.h"
#include "store/sql/postgres_migrate.h"
#include "store/sql/postgres_pool.h"
#include "store/sql/postgres_tail.h"

#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace darkroom::store {
namespace {

using Access = PostgresConnection::Access;
using Kind = PostgresFailure::Kind;

constexpr int kMostConflicts = 3;
constexpr int kMostLostStatements = 3;
// Of one verb two groups at a time, where enough ask: one is worked out while the other is being synced.
constexpr Gathering::Limits kGroups{.groups = 2, .heaviest = 256, .linger = std::chrono::microseconds(500)};
constexpr int kMostSlow = 2;

// Two that ran into each other should not do so again.
void step_aside() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(500, 5'000)(generator)));
}

// What was already tried for one verb.
struct Tries {
  int losses = 0;
  int lost_statements = 0;
  int conflicts = 0;
  bool committing = false;  // COMMIT was sent: without an answer nobody knows whether it is stored
};

using Body = std::function<void(PostgresConnection&, Tries&)>;

}  // namespace

struct PostgresDatabase::State {
  State(PostgresOptions given, Time now)
      : options(std::move(given)), writers(options, options.writers), readers(options, options.readers), apart(options, options.apart) {
    PostgresConnection connection(options, PostgresConnection::Statements::whole);
    check_server(connection.link().server_version(), connection.link().parameter("server_encoding"), options.name);
    migrate(connection, options, migrations(), now);
    tail = std::make_unique<PostgresTail>(options, connection, [this](const std::vector<Event>& events) { tell(events); });
  }

  void run(PostgresPool& pool, const Body& body);
  bool may_try_again(const PostgresFailure& failure, Tries& tries);
  void write(PostgresConnection& connection, const std::function<void(Transaction&)>& work, Tries& tries);
  void tell(const std::vector<Event>& events);
  Gathering& gathering_of(const SharedVerb& verb);
  void serve(const SharedVerb& verb, std::span<Gathering::Caller* const> callers);
  enum class Alone { needless, promising, slow, hopeless };
  Alone serve_together(const SharedVerb& verb, std::span<Gathering::Caller* const> callers);

  PostgresOptions options;
  PostgresPool writers;
  PostgresPool readers;
  PostgresPool apart;
  std::mutex listener_mutex;
  std::function<void(const std::vector<Event>&)> listener;
  std::mutex gatherings_mutex;
  std::map<const SharedVerb*, std::unique_ptr<Gathering>> gatherings;
  std::unique_ptr<PostgresTail> tail;  // ends first: it tells the listener
};

PostgresDatabase::PostgresDatabase(PostgresOptions options, Time now) : state_(std::make_unique<State>(std::move(options), now)) {}
PostgresDatabase::~PostgresDatabase() = default;

// Runs `body` on a connection until it succeeds or may not be tried again.
void PostgresDatabase::State::run(PostgresPool& pool, const Body& body) {
  Tries tries;
  for (;;) {
    auto lease = pool.take();
    try {
      body(*lease, tries);
      return;
    } catch (const PostgresFailure& failure) {
      lease->roll_back();
      if (failure.is_standby()) lease->link().give_up();
      if (!may_try_again(failure, tries)) throw;
      log::debug("a verb runs again", {{"cause", failure.what()}});
    } catch (...) {
      lease->roll_back();
      throw;
    }
  }
}

bool PostgresDatabase::State::may_try_again(const PostgresFailure& failure, Tries& tries) {
  if (tries.committing && failure.kind() != Kind::refused && !failure.is_idle_end()) return false;
  if (failure.kind() == Kind::lost) {
    for (PostgresPool* pool : {&writers, &readers, &apart}) pool->drop_idle();
    return tries.losses++ == 0;
  }
  if (failure.kind() != Kind::refused) return false;
  if (failure.is_lost_statement()) {
    for (PostgresPool* pool : {&writers, &readers, &apart}) pool->stop_preparing();
    return tries.lost_statements++ < kMostLostStatements;
  }
  if (!failure.is_conflict() || tries.conflicts++ == kMostConflicts) return false;
  step_aside();
  return true;
}

void PostgresDatabase::State::write(PostgresConnection& connection, const std::function<void(Transaction&)>& work, Tries& tries) {
  std::vector<Event> events;
  Transaction transaction{connection, events};
  tries.committing = false;
  connection.begin(Access::write);
  work(transaction);
  tail->skip(events);
  try {
    tries.committing = true;
    connection.commit();
  } catch (...) {
    tail->no_skip(events);
    throw;
  }
  if (events.empty()) return;
  tell(events);
  tail->announce();
}

void PostgresDatabase::State::tell(const std::vector<Event>& events) {
  std::lock_guard guard(listener_mutex);
  if (listener && !events.empty()) listener(events);
}

void PostgresDatabase::on_commit(std::function<void(const std::vector<Event>&)> listener) {
  std::lock_guard guard(state_->listener_mutex);
  state_->listener = std::move(listener);
}

void PostgresDatabase::write_blocking(std::function<void(Transaction&)> work) {
  state_->run(state_->writers, [&](PostgresConnection& connection, Tries& tries) { state_->write(connection, work, tries); });
}

void PostgresDatabase::write_apart_blocking(std::function<void(Transaction&)> work) {
  state_->run(state_->apart, [&](PostgresConnection& connection, Tries& tries) { state_->write(connection, work, tries); });
}

Gathering& PostgresDatabase::State::gathering_of(const SharedVerb& verb) {
  std::lock_guard guard(gatherings_mutex);
  auto& found = gatherings[&verb];
  if (!found) {
    Gathering::Limits limits = kGroups;
    limits.worth_another = verb.worth_another;
    found = std::make_unique<Gathering>(limits, [this, &verb](std::span<Gathering::Caller* const> callers) { serve(verb, callers); });
  }
  return *found;
}

void give_all(std::span<Gathering::Caller* const> callers, const std::exception_ptr& error) {
  for (Gathering::Caller* caller : callers) caller->error = error;
}

// Serves them in one transaction. When that fails each of them has the error; the result is what may come of another try with each alone.
PostgresDatabase::State::Alone PostgresDatabase::State::serve_together(const SharedVerb& verb, std::span<Gathering::Caller* const> callers) {
  std::vector<void*> asks;
  for (const Gathering::Caller* caller : callers) asks.push_back(caller->ask);
  bool begun = false;
  try {
    run(writers, [&](PostgresConnection& connection, Tries& tries) {
      auto work = [&](Transaction& transaction) {
        begun = true;
        verb.run(transaction, asks);
      };
      write(connection, work, tries);
    });
    give_all(callers, nullptr);
    return Alone::needless;
  } catch (const PostgresFailure& failure) {
    give_all(callers, std::current_exception());
    if (failure.kind() != Kind::refused) return Alone::hopeless;  // the server is away, or nobody knows what it has stored
    return failure.is_timeout() ? Alone::slow : Alone::promising;
  } catch (...) {
    give_all(callers, std::current_exception());
    return begun ? Alone::promising : Alone::hopeless;
  }
}

// One bad ask must not take the others with it: they are served again, each alone. If two of them wait in vain, it is not one that is bad.
void PostgresDatabase::State::serve(const SharedVerb& verb, std::span<Gathering::Caller* const> callers) {
  Alone alone = serve_together(verb, callers);
  if (callers.size() == 1 || alone == Alone::needless || alone == Alone::hopeless) return;
  int slow = 0;
  for (std::size_t i = 0; i < callers.size() && slow < kMostSlow; ++i) {
    alone = serve_together(verb, callers.subspan(i, 1));
    if (alone == Alone::hopeless) return;
    if (alone == Alone::slow) ++slow;
  }
}

void PostgresDatabase::write_together(const SharedVerb& verb, void* ask, std::size_t weight) { state_->gathering_of(verb).join(ask, weight); }

std::shared_future<void> PostgresDatabase::write_together_early(const SharedVerb& verb, void* ask, std::size_t weight) {
  write_together(verb, ask, weight);
  std::promise<void> stored;
  stored.set_value();
  return stored.get_future();
}

Rows PostgresDatabase::look_up(const char* sql, Params params, Found) {
  Rows rows;
  state_->run(state_->readers, [&](PostgresConnection& connection, Tries&) { rows = connection.execute_alone(sql, params); });
  return rows;
}

void PostgresDatabase::read_blocking(const std::function<void(Connection&)>& work, Found) {
  state_->run(state_->readers, [&](PostgresConnection& connection, Tries&) {
    connection.begin(Access::read);
    work(connection);
    connection.commit();
  });
}

}  // namespace darkroom::store
