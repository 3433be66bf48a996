// How a PostgreSQL server failed, so that whoever asked can tell what may be tried again.
#pragma once

#include "store/store.h"

#include <string>
#include <utility>

namespace darkroom::store {

class PostgresFailure : public StoreUnavailable {
 public:
  enum class Kind {
    unreachable,  // no connection could be made
    lost,         // the connection ended
    silent,       // no answer in time: the connection is given up
    refused,      // the server said no; the connection goes on
  };

  PostgresFailure(Kind kind, std::string sqlstate, const std::string& message)
      : StoreUnavailable(message), kind_(kind), sqlstate_(std::move(sqlstate)) {}

  Kind kind() const { return kind_; }
  const std::string& sqlstate() const { return sqlstate_; }  // of `refused`, and of a session that the server ended with a reason

  // A deadlock, a failed serialization, or a constraint that another transaction's commit broke: the same work may succeed when it runs anew.
  bool is_conflict() const { return sqlstate_ == "40001" || sqlstate_ == "40P01" || sqlstate_.rfind("23", 0) == 0; }
  // A statement took too long, or waited too long for a lock.
  bool is_timeout() const { return sqlstate_ == "57014" || sqlstate_ == "55P03"; }
  // The session was ended because the transaction stood still: nothing of it is stored, also where COMMIT was on its way.
  bool is_idle_end() const { return sqlstate_ == "25P03"; }
  // A pooler lent us another server connection than the one on which the statement was prepared.
  bool is_lost_statement() const { return sqlstate_ == "26000" || sqlstate_ == "42P05"; }
  // A fail-over made the primary a standby under our connection.
  bool is_standby() const { return sqlstate_ == "25006"; }

 private:
  Kind kind_;
  std::string sqlstate_;
};

}  // namespace darkroom::store
