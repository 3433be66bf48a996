#include "domain/model_reasons.h"

#include <algorithm>
#include <optional>

namespace darkroom::domain {
namespace {

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

constexpr std::string_view kBut = "but ";

// What stands between semicolons that no bracket holds.
std::vector<std::string_view> parts_of(std::string_view sentence) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at < sentence.size(); ++at) {
    if (sentence[at] == '(') ++depth;
    if (sentence[at] == ')') --depth;
    if (depth > 0 || sentence.substr(at, 2) != "; ") continue;
    parts.push_back(sentence.substr(begin, at - begin));
    begin = at + 2;
  }
  parts.push_back(sentence.substr(begin));
  return parts;
}

// A text of the table as pieces: words, and names of parameters, one after the other, beginning with words.
std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0;;) {
    std::size_t open = text.find('<', at), close = text.find('>', open);
    if (close == std::string_view::npos) {
      pieces.push_back(text.substr(at));
      return pieces;
    }
    pieces.push_back(text.substr(at, open - at));
    pieces.push_back(text.substr(open + 1, close - open - 1));
    at = close + 1;
  }
}

// Each parameter ends where the words after it are met first; the last words end the part.
std::optional<Parameters> match(std::string_view english, std::string_view part) {
  std::vector<std::string_view> pieces = pieces_of(english);
  if (!part.starts_with(pieces.front())) return std::nullopt;
  part.remove_prefix(pieces.front().size());
  Parameters found;
  for (std::size_t i = 1; i < pieces.size(); i += 2) {
    std::string_view words = pieces[i + 1];
    bool last = i + 2 == pieces.size();
    if (last && !part.ends_with(words)) return std::nullopt;
    std::size_t end = last ? part.size() - words.size() : part.find(words, 1);
    if (end == std::string_view::npos || end == 0 || end > part.size()) return std::nullopt;
    found.emplace_back(pieces[i], part.substr(0, end));
    part.remove_prefix(end + words.size());
  }
  return part.empty() ? std::optional(std::move(found)) : std::nullopt;
}

// "80 classes + 32 mask coefficients"
std::string sum_in_korean(std::string_view sum) {
  struct Term {
    std::string_view english, korean;
  };
  static constexpr Term kTerms[] = {{"classes", "클래스"}, {"<n> classes", "클래스 <n>개"}, {"<n> class", "클래스 <n>개"}, {"<n> mask coefficients", "마스크 계수 <n>개"},
                                    {"<n> angle", "각도 <n>개"}, {"<n> keypoints of <m> numbers", "값 <m>개씩인 키포인트 <n>개"}};
  std::string text;
  for (std::size_t at = 0; at <= sum.size();) {
    std::size_t end = std::min(sum.find(" + ", at), sum.size());
    std::string_view term = sum.substr(at, end - at);
    std::string shown(term);
    for (const Term& each : kTerms) {
      auto found = match(each.english, term);
      if (!found) continue;
      shown.clear();
      std::vector<std::string_view> pieces = pieces_of(each.korean);
      for (std::size_t i = 0; i < pieces.size(); ++i) shown += i % 2 ? std::ranges::find(*found, pieces[i], &std::pair<std::string_view, std::string>::first)->second : pieces[i];
      break;
    }
    text += (text.empty() ? "" : " + ") + shown;
    at = end + 3;
  }
  return text;
}

std::string filled(std::string_view korean, const Parameters& parameters) {
  std::string text;
  std::vector<std::string_view> pieces = pieces_of(korean);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i % 2 == 0) {
      text += pieces[i];
      continue;
    }
    auto found = std::ranges::find(parameters, pieces[i], &Parameters::value_type::first);
    if (found != parameters.end()) text += pieces[i] == "sum" ? sum_in_korean(found->second) : found->second;
  }
  return text;
}

// "images float32[1,3,416,416]": the same in every language.
bool is_tensor(std::string_view part) {
  std::size_t open = part.rfind('['), space = part.rfind(' ', open);
  return part.ends_with(']') && open != std::string_view::npos && space != std::string_view::npos && space > 0 && space < open;
}

Reason reason_of(std::string_view part) {
  Reason reason{"other", part.starts_with(kBut), {}, {}};
  if (reason.against) part.remove_prefix(kBut.size());
  reason.korean = part;
  for (const ReasonText& text : reason_texts()) {
    auto found = match(text.english, part);
    if (!found) continue;
    reason.code = text.code;
    reason.korean = filled(text.korean, *found);
    reason.parameters = std::move(*found);
    break;
  }
  if (reason.code == "other" && is_tensor(part)) reason.code = "tensor", reason.parameters = {{"tensor", std::string(part)}};
  if (reason.against) reason.korean = "그러나 " + reason.korean;
  return reason;
}

}  // namespace

std::vector<Reason> reasons_in(std::string_view sentence) {
  std::vector<Reason> reasons;
  for (std::string_view part : parts_of(sentence)) reasons.push_back(reason_of(part));
  return reasons;
}

std::string in_korean(std::string_view sentence) {
  std::string text;
  for (const Reason& reason : reasons_in(sentence)) text += (text.empty() ? "" : "; ") + reason.korean;
  return text;
}

}  // namespace darkroom::domain
