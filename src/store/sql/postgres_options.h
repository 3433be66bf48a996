// What `database = "postgresql://..."` says, taken apart. The password is in `parameters` only and never in a message.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::store {

struct PostgresOptions {
  std::vector<std::pair<std::string, std::string>> parameters;  // as libpq takes them
  std::string name;                                             // host:port/database, for people
  std::string schema;                                           // where the tables are; empty: where the server's search_path leads
  bool prepared_statements = true;
  bool callers_clock = false;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds statement_timeout{10'000};
  std::chrono::milliseconds lock_timeout{5'000};
  std::chrono::milliseconds idle_timeout{15'000};   // the server ends a transaction that is left open
  std::chrono::milliseconds writer_pause{3'000};    // the same of one that writes: others wait for its locks
  std::chrono::milliseconds answer_grace{2'000};    // after statement_timeout the server is held for dead
  std::chrono::milliseconds pool_timeout{10'000};   // waiting for a free connection
  std::chrono::milliseconds poll_interval{1'000};   // looking for the events of other processes
  int writers = 8;
  int readers = 4;
  int apart = 2;  // for signs of life: the heartbeat, and whoever looks for nodes without one
};

bool is_postgres_url(const std::string& where);

// Takes everything that libpq takes, and on top, as parameters of the URL:
//   schema=NAME                  the tables are in this schema, made if need be; `options=-csearch_path=NAME` says the same. It is set
//                                in each transaction, so it holds behind a transaction pooler too.
//   prepared_statements=off      for a transaction pooler that lends a server connection to several clients. Without it the first statement that the
//                                pooler has lost (SQLSTATE 26000 or 42P05) turns them off by itself, and is run again.
//   clock=callers                Transaction::clock() gives back the caller's time: for tests that drive time.
// Throws StoreUnavailable with words for the operator.
PostgresOptions parse_postgres_url(const std::string& url);

}  // namespace darkroom::store
