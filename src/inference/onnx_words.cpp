#include "inference/onnx_words.h"

#include "domain/printable.h"

#include <algorithm>
#include <cctype>

namespace darkroom::inference {
namespace {

constexpr std::size_t kLongest = 300;

bool has(const std::string& text, const char* words) { return text.find(words) != text.npos; }

// The first number behind these words.
std::string number_after(const std::string& text, const std::string& words) {
  std::size_t place = text.find(words);
  if (place == text.npos) return "?";
  auto is_digit = [](unsigned char letter) { return std::isdigit(letter) != 0; };
  auto first = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(place + words.size()), text.end(), is_digit);
  auto last = std::find_if_not(first, text.end(), is_digit);
  return first == text.end() ? "?" : std::string(first, last);
}

}  // namespace

std::string in_one_sentence(const std::string& text) {
  std::string line = domain::printable(text, kLongest);
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line + ".";
}

std::string why_not_loaded(const std::string& complaint, const std::string& version) {
  std::string runtime = "ONNX Runtime " + version;
  if (has(complaint, "Unsupported model IR version")) {
    return "The model's format (IR version " + number_after(complaint, "IR version") + ") is newer than " + runtime + " reads (at most " +
           number_after(complaint, "max supported IR version") + "): export it with an older version of onnx, or lower ir_version.";
  }
  if (has(complaint, "under development") || (has(complaint, "Opset") && has(complaint, "guarantees"))) {
    return "The model's operator set (opset " + number_after(complaint, " Opset ") + ") is newer than " + runtime +
           " knows: export it with a lower opset_version, such as 17.";
  }
  if (has(complaint, "is not a registered function/op") || has(complaint, "No Op registered for")) {
    return "The model needs an operator that " + runtime + " does not have: " + in_one_sentence(complaint);
  }
  if (has(complaint, "NOT_IMPLEMENTED") || has(complaint, "Could not find an implementation")) {
    return "The model uses an operator in a way that " + runtime + " cannot run on a CPU: " + in_one_sentence(complaint);
  }
  return "ONNX Runtime cannot load the model: " + in_one_sentence(complaint);
}

}  // namespace darkroom::inference
