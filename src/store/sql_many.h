// Statements about up to 32 rows at once: their text has DARKROOM_IDS in an IN (...), further parameters follow from $33 on. A list of constant length
// is the form that both databases take, keep prepared, and answer from the primary key.
#pragma once

#include "store/sql/database.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#define DARKROOM_IDS                                                                                                            \
  "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, " \
  "$27, $28, $29, $30, $31, $32)"

namespace darkroom::store {

// Gives those of these jobs that wait another priority, with their events; returns how many.
std::size_t move_jobs(Transaction& transaction, std::span<const std::int64_t> ids, int priority, const Actor& actor, Time now);

inline constexpr std::size_t kMany = 32;

// `ids` are at most kMany; those that are missing become 0, which is the id of no row.
template <class... More>
Rows execute_many(Connection& connection, const char* sql, std::span<const std::int64_t> ids, const More&... more) {
  std::array<std::int64_t, kMany> filled{};
  std::copy_n(ids.begin(), std::min(ids.size(), kMany), filled.begin());
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return connection.execute(sql, {filled[I]..., more...});
  }(std::make_index_sequence<kMany>());
}

}  // namespace darkroom::store
