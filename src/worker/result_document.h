// The result of a job as JSON: the document that is stored, shown and, later, sent to the caller's site.
//
// Its shape is that of the service that Darkroom replaces (status, result.detected_objects, processing_time, image_info) and adds
// schema, model, recipe, timings and details. `schema` is darkroom.result/1; fields may be added within a version, never changed.
//
// What only some models find is there only where it was found: corners, keypoints and mask of an object; result.classes, result.regions and
// result.embedding beside result.detected_objects; extra, what a service of engine `http` said beyond what is known here. docs/results.md
// explains each and how a mask is read.
#pragma once

#include "domain/model.h"
#include "domain/outcome.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace darkroom::worker {

struct DocumentFacts {
  std::string metadata;  // the upload's JSON object, given back in result.metadata
  std::string sha256;
  std::int64_t byte_count = 0;
  std::chrono::microseconds processing_time{};  // from the photo's hand-over to the answer
};

std::string result_document(const domain::Outcome& outcome, const domain::Model& model, const DocumentFacts& facts);

}  // namespace darkroom::worker
