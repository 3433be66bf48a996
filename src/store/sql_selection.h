// Which jobs a filter and an action mean: counted for a dry run and found for a run by the same conditions.
#pragma once

#include "store/acting.h"
#include "store/sql/connection.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::store {

// What moves jobs in priority, for the tests of plans.
std::vector<RowSql> hot_move_rows();

// A list of row ids as statements take it: IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))).
#define DARKROOM_LISTED(parameter) "IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST(" parameter " AS TEXT)))"

// That a kind is the one asked for, or begins with its word; NULL asks for none.
#define DARKROOM_OF_KIND(column, kind) \
  "(CAST(" kind " AS TEXT) IS NULL OR " column " = CAST(" kind " AS TEXT) OR substr(" column ", 1, length(CAST(" kind " AS TEXT)) + 1) = CAST(" kind " AS TEXT) || '.')"

std::string json_list(const std::vector<std::int64_t>& ids);
std::string json_texts(const std::vector<std::string>& texts);

class Selection {
 public:
  // Looks up what the filter names by public ids.
  Selection(Connection& connection, const JobFilter& filter, const BulkAction& action);

  // matched: meet the filter; changed: of these, those that the action fits. Looks at history only when the filter takes final states.
  BulkResult count(Connection& connection) const;

  // In the order of a job's life: those that the action fits now.
  std::vector<std::int64_t> fitting(Connection& connection) const { return ids_in(connection, fitting_); }
  // Those that it may come to fit: they run, and only what waits is moved.
  std::vector<std::int64_t> going_to_fit(Connection& connection) const { return ids_in(connection, going_to_fit_); }
  // How often fitting() is asked: once when the action makes new jobs, else again, for jobs go back to wait while others are changed.
  int passes() const { return passes_; }

  // The statements about jobs that have not their end: tests pin that these read no history.
  static std::vector<const char*> statements_by_index();

 private:
  struct Texts;
  bool fits(domain::JobState state) const;
  std::vector<std::int64_t> ids_in(Connection& connection, const std::vector<domain::JobState>& states) const;
  static const Texts& of_state(domain::JobState state);
  const Texts& texts_for(domain::JobState state) const;

  JobFilter filter_;
  std::vector<domain::JobState> states_;  // of the filter
  std::vector<domain::JobState> fitting_;  // of the action
  std::vector<domain::JobState> going_to_fit_;
  std::optional<int> other_than_;          // priority
  std::optional<int> crashes_;             // fewer than these of their content
  std::optional<std::string> models_;      // one of these
  int passes_ = 5;
  bool nothing_ = false;                   // it names what is not there
  std::optional<std::int64_t> batch_;
  std::optional<std::string> listed_;
};

}  // namespace darkroom::store
