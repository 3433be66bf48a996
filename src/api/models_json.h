// Models as JSON: what a list says of each, and all that is known of one.
#pragma once

#include "models/librarian.h"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace darkroom::api {

// One of the catalogue's built-in models.
boost::json::object built_in_json(const domain::Model& model, const std::string& default_model);
boost::json::object model_json(const models::ModelInfo& model, const std::string& default_model, bool korean);
// The same with every version: report, evidence, recipe. What speaks for a reading is told in English, or in Korean.
boost::json::object model_details_json(const models::ModelInfo& model, const std::string& default_model, bool korean);
boost::json::array candidates_json(const std::vector<domain::Candidate>& candidates, bool korean);

}  // namespace darkroom::api
