// The wire to one PostgreSQL server process: commands are sent in a row (libpq's pipeline mode: one round trip for all of them), and no wait is
// without an end. A link that broke stays broken.
#pragma once

#include "store/sql/connection.h"
#include "store/sql/postgres_failure.h"
#include "store/sql/postgres_options.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

struct pg_conn;
struct pg_result;

namespace darkroom::store {

class PostgresLink {
 public:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Clear>;

  // Connects within options.connect_timeout, of which each host of the URL has its share (looking up a host's name is the system's, with its own limits).
  // Throws PostgresFailure.
  explicit PostgresLink(const PostgresOptions& options);
  ~PostgresLink();
  PostgresLink(const PostgresLink&) = delete;
  PostgresLink& operator=(const PostgresLink&) = delete;

  // Put a command behind those that wait to be sent. Texts have one statement and are PostgreSQL's.
  void add(const std::string& text, std::span<const Param> params = {});
  void add_prepare(const std::string& name, const std::string& text);
  void add_prepared(const std::string& name, std::span<const Param> params);
  int waiting() const { return waiting_; }  // commands that were put behind since the last finish()
  // Sends all and waits for their answers, one for each in order. Throws PostgresFailure for the first that failed; none after it was run.
  std::vector<Answer> finish();
  // Several statements without parameters or rows, with a time limit of their own.
  void run_script(const std::string& script, std::chrono::milliseconds limit);

  bool broken() const { return broken_; }
  void give_up() { broken_ = true; }
  int server_version() const;  // 150004 is 15.4
  std::string parameter(const char* name) const;  // of the server, such as server_encoding
  int socket() const;
  // What LISTEN brought since the last call: channel and payload of each. Throws PostgresFailure when the connection has ended.
  std::vector<std::pair<std::string, std::string>> notifications();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  // False: no answer in time. `first` is the host that is asked first.
  bool connect(std::size_t first, Deadline deadline);
  void wait_for(short events, Deadline deadline);
  void wait_for_answer(Deadline deadline);
  Answer next(Deadline deadline);
  void sent(int status);
  void check(const pg_result* answer);
  void keep_notifications();
  [[noreturn]] void fail_lost();
  [[noreturn]] void fail_silent();

  const PostgresOptions& options_;
  std::unique_ptr<pg_conn, Close> connection_;
  int waiting_ = 0;  // commands that are sent with the next finish()
  bool broken_ = false;
  std::vector<std::pair<std::string, std::string>> heard_;
};

}  // namespace darkroom::store
