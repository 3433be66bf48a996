// Models, what their files turned out to be, and what they could be, as JSON. Reading is strict, and what is wrong is kept by `outer`.
#pragma once

#include "domain/model.h"
#include "runner/protocol/field_reader.h"

namespace darkroom::runner {

boost::json::object to_json(const domain::Model& model);
boost::json::object to_json(const domain::ModelReport& report);
boost::json::array to_json(const std::vector<domain::Candidate>& candidates);

domain::Model read_model(FieldReader fields, FieldReader& outer);
domain::ModelReport read_report(FieldReader fields, FieldReader& outer);  // still to be validated
std::vector<domain::Candidate> read_candidates(FieldReader& outer, std::string_view name);

}  // namespace darkroom::runner
