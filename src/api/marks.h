// What is drawn over a photo, read from a result document.
#pragma once

#include "domain/picture.h"

#include <boost/json.hpp>

#include <vector>

namespace darkroom::api {

// Regions first, so that they lie below; then the objects; of a classifier's answer the first class, as a frame around the photo. Those with a
// confidence below `min_confidence` are left out, those without one stay. What cannot be read is left out too.
std::vector<domain::Mark> marks_of(const boost::json::value& document, double min_confidence);

}  // namespace darkroom::api
