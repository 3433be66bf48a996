// What speaks for a reading of a model's file, or against it, part by part: each part of such a sentence has a code that stays, its particulars as
// parameters, and a text in English and Korean. Sentences are made where files are recognised (inference/families_*), and kept as they are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::domain {

struct ReasonText {
  std::string_view code;
  std::string_view english;  // <name> stands for a parameter
  std::string_view korean;
};

std::span<const ReasonText> reason_texts();

struct Reason {
  std::string_view code;  // "other" for words that are not in the table
  bool against = false;   // it speaks against the reading
  std::vector<std::pair<std::string_view, std::string>> parameters = {};  // in the order of the English text
  std::string korean = {};
};

// The parts of a sentence, which stand between semicolons.
std::vector<Reason> reasons_in(std::string_view sentence);

// The whole sentence; what is not in the table stays as it is.
std::string in_korean(std::string_view sentence);

}  // namespace darkroom::domain
