#include "store/sql/postgres_pool.h"

#include <algorithm>
#include <random>

namespace darkroom::store {
namespace {

constexpr std::chrono::milliseconds kFirstBackoff{50}, kLongestBackoff{2'000};

std::chrono::milliseconds with_jitter(std::chrono::milliseconds delay) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(delay.count() / 2, delay.count())(generator));
}

}  // namespace

PostgresPool::Lease::~Lease() {
  if (connection_) pool_->give_back(std::move(connection_));
}

PostgresPool::PostgresPool(const PostgresOptions& options, int most) 
    : options_(options),
      statements_(options.prepared_statements ? PostgresConnection::Statements::prepared : PostgresConnection::Statements::whole),
      room_(most) {}

PostgresPool::Lease PostgresPool::take() {
  std::unique_lock guard(mutex_);
  if (!freed_.wait_for(guard, options_.pool_timeout, [this] { return room_ > 0; })) {
    throw StoreUnavailable("no connection to PostgreSQL at " + options_.name + " was free within " + std::to_string(options_.pool_timeout.count()) +
                           " ms: all are in use. Look for slow statements (pg_stat_activity)");
  }
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    --room_;
    return Lease(*this, std::move(connection));
  }
  if (Clock::now() < next_try_) throw PostgresFailure(PostgresFailure::Kind::unreachable, "", last_failure_);
  --room_;
  auto statements = statements_;
  guard.unlock();
  return Lease(*this, connect(statements));
}

std::unique_ptr<PostgresConnection> PostgresPool::connect(PostgresConnection::Statements statements) {
  try {
    auto connection = std::make_unique<PostgresConnection>(options_, statements);
    std::lock_guard guard(mutex_);
    backoff_ = {};
    next_try_ = {};
    return connection;
  } catch (const std::exception& error) {
    std::lock_guard guard(mutex_);
    ++room_;
    freed_.notify_one();
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    next_try_ = Clock::now() + with_jitter(backoff_);
    last_failure_ = error.what();
    throw;
  }
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  if (connection->broken()) connection.reset();
  std::lock_guard guard(mutex_);
  ++room_;
  if (connection && connection->statements() != statements_) connection.reset();
  if (connection) idle_.push_back(std::move(connection));
  freed_.notify_one();
}

void PostgresPool::drop_idle() {
  std::vector<std::unique_ptr<PostgresConnection>> dropped;
  std::lock_guard guard(mutex_);
  dropped.swap(idle_);
}

void PostgresPool::stop_preparing() {
  {
    std::lock_guard guard(mutex_);
    statements_ = PostgresConnection::Statements::whole;
  }
  drop_idle();
}

}  // namespace darkroom::store
