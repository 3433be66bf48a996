#include "domain/model_reasons.h"

#include "domain/phrase.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

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
      shown = filled(each.korean, *found, [](std::string_view, const std::string& value) { return value; });
      break;
    }
    text += (text.empty() ? "" : " + ") + shown;
    at = end + 3;
  }
  return text;
}

std::string told(std::string_view name, const std::string& value) { return name == "sum" ? sum_in_korean(value) : value; }

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
    reason.korean = filled(text.korean, *found, told);
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
