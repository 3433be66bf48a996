#include "domain/model_refusals.h"

#include "domain/model_reasons.h"
#include "domain/phrase.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

// Of what a model takes or gives, and for what a reading was asked.
std::string told(std::string_view name, const std::string& value) {
  if (name == "because") return in_korean(value);
  if (name != "readings") return value;
  std::string text = value;
  for (std::size_t at = 0; (at = text.find(" or ", at)) != std::string::npos;) text.replace(at, 4, ", ");
  return text;
}

// The first sentence of the table with which the message begins: what it says in Korean, and how long it is.
std::pair<std::string, std::size_t> first_sentence(std::string_view message) {
  for (const RefusalText& text : refusal_texts()) {
    if (auto found = match_beginning(text.english, message)) return {filled(text.korean, found->parameters, told), found->size};
  }
  std::size_t end = message.find(". ");
  std::size_t size = end == std::string_view::npos ? message.size() : end + 1;
  return {std::string(message.substr(0, size)), size};
}

}  // namespace

std::string refusal_in_korean(std::string_view message) {
  std::string text;
  while (!message.empty()) {
    auto [korean, size] = first_sentence(message);
    text += (text.empty() ? "" : " ") + korean;
    message.remove_prefix(size);
    message.remove_prefix(std::min(message.find_first_not_of(' '), message.size()));
  }
  return text;
}

}  // namespace darkroom::domain
