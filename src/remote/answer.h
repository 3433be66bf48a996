// What a model's service answered, read into an outcome. Pure.
//
// The answer is the JSON of the service that Darkroom replaces, {"status": "success", "result": {"detected_objects": [{"class", "confidence",
// "bbox"}], ...}, "processing_time", "image_info"}, or `result` alone. Beside detected_objects it may hold what our own result documents hold
// (classes, regions, embedding, and of an object corners, keypoints, mask). What else stands in `result` is kept as it is in Outcome::extra.
#pragma once

#include "remote/remote_model.h"

#include <string_view>
#include <variant>

namespace darkroom::remote {

using Read = std::variant<domain::Outcome, domain::Failed>;

// The body of a 2xx answer. `image` is the photo as its header tells it. Boxes that stick out of it by at most one pixel are clamped to it, others
// are refused; so is an answer whose image_info.size is another than the upright photo's while it holds places. An embedding is brought to length 1.
// Failed: service_failed where the service says so itself ({"status": "error", "error": "...", "retry": true} is transient), model_output where the
// answer cannot be used; the message names the field.
Read read_answer(std::string_view body, const domain::ImageInfo& image);

// The words of an answer that is no success, for people: FastAPI's detail, error or message, else an excerpt; one printable line of at most 300
// bytes.
std::string words_of(std::string_view body);

}  // namespace darkroom::remote
