// What was found in a photo, what the photo is, and what shall be drawn over it, as JSON. Reading is strict, and what is wrong is kept by
// `outer`. A mask's runs are one text of numbers: as a list of JSON values they would take up eight times their length once read.
#pragma once

#include "domain/outcome.h"
#include "domain/picture.h"
#include "runner/protocol/field_reader.h"

namespace darkroom::runner {

boost::json::object to_json(const domain::Findings& found);
boost::json::object to_json(const domain::ImageInfo& image);
boost::json::object to_json(const domain::StageTimings& timings);
boost::json::object to_json(const domain::RenderOrder& order);

domain::Findings read_findings(FieldReader fields, FieldReader& outer);  // still to be validated, as a part of an Outcome
domain::ImageInfo read_image(FieldReader fields, FieldReader& outer);
domain::StageTimings read_timings(FieldReader fields, FieldReader& outer);
domain::RenderOrder read_render_order(FieldReader fields, FieldReader& outer);

}  // namespace darkroom::runner
