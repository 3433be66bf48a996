// For tests: hostile bytes without end, the same at each run.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::http {

// Texts that are near to the seeds: up to five edits of one, with bytes of any value and with these words.
class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds, std::vector<std::string> words) : seeds_(std::move(seeds)), words_(std::move(words)) {}

  std::string next() {
    std::string text = pick(seeds_);
    for (std::size_t edits = number(6); edits-- > 0;) edit(text);
    return text;
  }
  std::size_t number(std::size_t below) { return below == 0 ? 0 : generator_() % below; }

 private:
  const std::string& pick(const std::vector<std::string>& from) { return from[number(from.size())]; }

  void edit(std::string& text) {
    std::size_t at = number(text.size() + 1);
    switch (number(6)) {
      case 0: text.insert(at, 1, static_cast<char>(number(256))); break;
      case 1: text.erase(at, number(8)); break;
      case 2: text.insert(at, pick(words_)); break;
      case 3: if (at < text.size()) text[at] = static_cast<char>(number(256)); break;
      case 4: text.insert(at, text.substr(number(text.size() + 1), number(40))); break;
      default: text += pick(seeds_).substr(0, number(60)); break;
    }
  }

  std::mt19937_64 generator_{20'261'129};
  std::vector<std::string> seeds_;
  std::vector<std::string> words_;
};

}  // namespace darkroom::http
