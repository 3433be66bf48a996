// What a list of jobs is asked for: conditions, order, and place.
#pragma once

#include "base/result.h"
#include "http/message.h"
#include "store/job_lists.h"

#include <optional>
#include <string>
#include <vector>

namespace darkroom::api {

struct JobList {
  store::JobQuery newest;               // newest first
  std::optional<store::LineQuery> line; // order=line: this one instead
  bool with_places = false;             // each that has no end says where it stands
  std::string hash;                     // of its cursors
};

// state, queue, owner, model, kind, batch, image, order, place, limit, cursor. Errors: invalid_field, unknown_field.
Result<JobList> read_job_list(const http::Request& request);

std::string cursor_of(const JobList& list, std::int64_t next);
std::string cursor_of(const JobList& list, const std::vector<store::LinePlace>& next);

}  // namespace darkroom::api
