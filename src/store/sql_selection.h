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

  // The jobs that the action fits, a page at a time. Jobs made after the selection are not among them.
  std::vector<std::int64_t> next_page(Connection& connection);

  // Before the first page of each pass. False when there were as many as the action may make: one when it makes new jobs, else some, for jobs go back to wait
  // while others are changed. A pass without a first page, which is looked for in one snapshot, found all done.
  bool begin_pass();

  // The statements about jobs that have not their end: tests pin that these read no history.
  static std::vector<const char*> statements_by_index();

 private:
  struct Texts;
  bool fits(domain::JobState state) const;
  static const Texts& of_state(domain::JobState state);
  const Texts& texts_for(domain::JobState state) const;

  JobFilter filter_;
  std::vector<domain::JobState> states_;  // of the filter
  std::vector<domain::JobState> fitting_;  // of the action
  std::optional<int> other_than_;          // priority
  std::optional<int> crashes_;             // fewer than these of their content
  std::optional<std::string> models_;      // one of these
  int passes_ = 5;
  bool nothing_ = false;                   // it names what is not there
  std::optional<std::int64_t> batch_;
  std::optional<std::string> listed_;
  std::int64_t newest_ = 0;
  std::size_t state_at_ = 0;  // where next_page() goes on
  std::int64_t after_ = 0;
};

}  // namespace darkroom::store
