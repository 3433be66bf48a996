// The plans that SQLite makes for statements on the schema of the store, as text to look into.
#pragma once

#include "store/sql/sqlite_connection.h"
#include "store/sql/sqlite_migrate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <list>
#include <optional>
#include <string>

namespace darkroom::store {

class SqlitePlans : public testing::Test {
 protected:
  SqlitePlans() {
    std::filesystem::create_directories(folder_);
    connection_.emplace(folder_ + "/darkroom.db", SqliteConnection::Mode::writer);
    migrate(*connection_, folder_ + "/darkroom.db", migrations(), from_micros(1));
  }
  ~SqlitePlans() override {
    connection_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string plan(const std::string& statement) {
    const std::string& text = texts_.emplace_back("EXPLAIN QUERY PLAN " + statement);
    std::string lines;
    for (const Row& row : connection_->execute(text.c_str())) lines += row.text(3) + "\n";
    return lines;
  }

  // The instructions of SQLite's program for it.
  std::string program(const std::string& statement) {
    const std::string& text = texts_.emplace_back("EXPLAIN " + statement);
    std::string lines;
    for (const Row& row : connection_->execute(text.c_str())) lines += row.text(1) + "\n";
    return lines;
  }

 private:
  std::list<std::string> texts_;  // a connection knows a statement by its address: none may be given to a second text
  std::string folder_ = testing::TempDir() + "plans-" + std::to_string(::getpid());
  std::optional<SqliteConnection> connection_;
};

}  // namespace darkroom::store
