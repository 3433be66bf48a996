// What each error code means and what to do about it, in English and Korean: for the pages behind a problem's type, and for answers in Korean.
#pragma once

#include <span>
#include <string_view>

namespace darkroom::domain {

struct ErrorText {
  std::string_view code;
  std::string_view about;         // what it means and what to do, a sentence or two
  std::string_view title_korean;  // of the title in error_codes.cpp
  std::string_view about_korean;
};

// The text of `code`; none for a code that has no row yet.
const ErrorText* error_text(std::string_view code);
std::span<const ErrorText> error_texts();

}  // namespace darkroom::domain
