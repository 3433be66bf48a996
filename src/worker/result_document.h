// The result of a job as JSON: the document that is stored, shown and, later, sent to the caller's site.
//
// Its shape is that of the service that Darkroom replaces (status, result.detected_objects, processing_time, image_info) and adds
// schema, model, timings and details. `schema` is darkroom.result/1; fields may be added within a version, never changed. Classes, masks,
// keypoints and embeddings will stand beside detected_objects under names of their own.
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
