// A schema of its own on a PostgreSQL server, for one test, and what tests do to it from outside.
#pragma once

#include "store/sql/postgres_connection.h"
#include "store/sql/postgres_database.h"
#include "store/sql/postgres_text.h"
#include "support/comes_true.h"
#include "support/postgres_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace darkroom::store {

using namespace std::chrono_literals;
using test::comes_true;

class PostgresPlace {
 public:
  explicit PostgresPlace(const std::string& server) : options(parse_postgres_url(testing_support::fresh_schema(server))) {}
  ~PostgresPlace() {
    try {
      connect()->run_script("DROP SCHEMA IF EXISTS " + quoted_identifier(options.schema) + " CASCADE", 20s);
    } catch (const StoreUnavailable& error) {
      ADD_FAILURE() << error.what();
    }
  }

  std::unique_ptr<PostgresDatabase> open() const { return open(options); }
  static std::unique_ptr<PostgresDatabase> open(const PostgresOptions& with) { return std::make_unique<PostgresDatabase>(with, from_micros(1)); }

  // A session beside the database, with the schema in its search path.
  std::unique_ptr<PostgresConnection> connect() const {
    auto connection = std::make_unique<PostgresConnection>(options, PostgresConnection::Statements::whole);
    connection->run_script("SET search_path = " + quoted_identifier(options.schema), 20s);
    return connection;
  }

  PostgresOptions options;
};

}  // namespace darkroom::store
