// What was found, as JSON: the inner half of the result document.
#pragma once

#include "domain/outcome.h"

#include <boost/json.hpp>

namespace darkroom::worker {

// detected_objects always; classes, regions and embedding where there are any.
boost::json::object findings_json(const domain::Findings& found);

// Every field that the recipe has, by the names of domain::for_each_field.
boost::json::object recipe_json(const domain::Recipe& recipe);

// Boxes to a hundredth of a pixel, scores to four places: more digits would pretend to a precision that no model has.
double rounded(double value, double steps);

}  // namespace darkroom::worker
