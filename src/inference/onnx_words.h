// ONNX Runtime's complaints, in one sentence that names the cause.
#pragma once

#include <string>

namespace darkroom::inference {

// Of a session that could not be made: "The model's format (IR version 99) is newer than ONNX Runtime 1.27.0 reads: ..."
std::string why_not_loaded(const std::string& complaint, const std::string& version);

// One printable line of bearable length that ends with a full stop.
std::string in_one_sentence(const std::string& text);

}  // namespace darkroom::inference
