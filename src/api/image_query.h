// What a list of images is asked for: the same conditions as query parameters of the list and as members of a filter in a body; and its cursors.
#pragma once

#include "base/result.h"
#include "http/message.h"
#include "store/finding.h"

#include <cstdint>
#include <map>
#include <string>

namespace darkroom::api {

// status, model, uploader, label, error, search, since, until, batch. `named` are texts by these names. Errors: invalid_field, unknown_field.
Result<store::ImageQuery> read_image_conditions(const std::map<std::string, std::string>& named);

// The whole query of a list: conditions, sort, limit, cursor (or before, an image's id). A cursor that was made for other conditions is refused: invalid_field.
Result<store::ImageQuery> read_image_query(const http::Request& request);

// All pages of a list as one answer: its conditions and order, format (json, csv) and limit, without which it has no end before that of the list.
struct ResultsQuery {
  store::ImageQuery images;
  bool as_table = false;
  std::int64_t most = INT64_MAX;
};
Result<ResultsQuery> read_results_query(const http::Request& request);

// Opaque: base64url of the sort key, the id and a hash of the conditions.
std::string cursor_of(const store::ImageQuery& query, const store::ImageKey& key);

}  // namespace darkroom::api
