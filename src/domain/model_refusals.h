// Why a model cannot be used, or cannot be told, sentence by sentence, in Korean. The sentences are made where models are read and tried (inference, models,
// runner) and kept as they are; the table has those that people meet.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace darkroom::domain {

struct RefusalText {
  std::string_view english;  // a sentence; <name> stands for a particular
  std::string_view korean;
};

std::span<const RefusalText> refusal_texts();

// The whole message; a sentence that is not in the table stays as it is.
std::string refusal_in_korean(std::string_view message);

}  // namespace darkroom::domain
