#include "inference/metadata_literal.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace darkroom::inference {
namespace {

constexpr std::size_t kLongestText = 4U << 20U;
constexpr int kDeepest = 16;

void append_utf8(std::string& text, std::uint32_t point) {
  if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) point = 0xFFFD;
  auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6U));
    put(0x80 | (point & 0x3FU));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12U));
    put(0x80 | ((point >> 6U) & 0x3FU));
    put(0x80 | (point & 0x3FU));
  } else {
    put(0xF0 | (point >> 18U));
    put(0x80 | ((point >> 12U) & 0x3FU));
    put(0x80 | ((point >> 6U) & 0x3FU));
    put(0x80 | (point & 0x3FU));
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Literal> whole_text() {
    std::optional<Literal> literal = value(0);
    skip_blanks();
    return rest_.empty() ? literal : std::nullopt;
  }

 private:
  std::optional<Literal> value(int depth) {
    skip_blanks();
    if (rest_.empty() || depth > kDeepest) return std::nullopt;
    switch (rest_.front()) {
      case '{': return dict(depth);
      case '[': return list(']', depth);
      case '(': return list(')', depth);
      case '\'':
      case '"': return string();
      default: return word();
    }
  }

  std::optional<Literal> dict(int depth) {
    take();
    LiteralDict entries;
    while (!accept('}')) {
      std::optional<Literal> key = value(depth + 1);
      if (!key || !accept(':')) return std::nullopt;
      std::optional<Literal> held = value(depth + 1);
      if (!held) return std::nullopt;
      entries.emplace_back(std::move(*key), std::move(*held));
      if (accept(',')) continue;
      if (!accept('}')) return std::nullopt;
      break;
    }
    return Literal{std::move(entries)};
  }

  std::optional<Literal> list(char end, int depth) {
    take();
    LiteralList items;
    bool comma = false;
    while (!accept(end)) {
      std::optional<Literal> item = value(depth + 1);
      if (!item) return std::nullopt;
      items.push_back(std::move(*item));
      comma = accept(',');
      if (comma) continue;
      if (!accept(end)) return std::nullopt;
      break;
    }
    if (end == ')' && items.size() == 1 && !comma) {
      Literal only = std::move(items[0]);
      return only;
    }
    return Literal{std::move(items)};
  }

  std::optional<Literal> string() {
    char quote = take();
    std::string text;
    while (!rest_.empty()) {
      char letter = take();
      if (letter == quote) return Literal{std::move(text)};
      if (letter != '\\') {
        text += letter;
      } else if (!escape(text)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool escape(std::string& text) {
    if (rest_.empty()) return false;
    char letter = take();
    switch (letter) {
      case 'n': text += '\n'; return true;
      case 't': text += '\t'; return true;
      case 'r': text += '\r'; return true;
      case 'x': return code_point(text, 2);
      case 'u': return code_point(text, 4);
      case 'U': return code_point(text, 8);
      case '\\':
      case '/':
      case '\'':
      case '"': text += letter; return true;
      default:
        text += '\\';
        text += letter;
        return true;  // as Python does with an escape that it does not know
    }
  }

  bool code_point(std::string& text, std::size_t digits) {
    if (rest_.size() < digits) return false;
    std::uint32_t point = 0;
    auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + digits, point, 16);
    if (problem != std::errc() || end != rest_.data() + digits) return false;
    rest_.remove_prefix(digits);
    append_utf8(text, point);
    return true;
  }

  std::optional<Literal> word() {
    std::size_t length = rest_.find_first_of(",:]}) \t\r\n");
    std::string_view word = rest_.substr(0, length);
    rest_.remove_prefix(word.size());
    if (word == "None" || word == "null") return Literal{};
    if (word == "True" || word == "true") return Literal{true};
    if (word == "False" || word == "false") return Literal{false};
    if (word.starts_with('+')) word.remove_prefix(1);
    double number = 0;
    auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (word.empty() || problem != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return Literal{number};
  }

  char take() {
    char letter = rest_.front();
    rest_.remove_prefix(1);
    return letter;
  }

  bool accept(char letter) {
    skip_blanks();
    if (!rest_.starts_with(letter)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_blanks() {
    std::size_t first = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(first, rest_.size()));
  }

  std::string_view rest_;
};

}  // namespace

std::optional<double> Literal::number() const {
  const double* held = std::get_if<double>(&value);
  return held != nullptr && std::isfinite(*held) ? std::optional(*held) : std::nullopt;
}

std::optional<int> Literal::whole() const {
  std::optional<double> held = number();
  if (!held || *held != std::floor(*held) || std::abs(*held) > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*held);
}

std::optional<Literal> parse_literal(std::string_view text) {
  if (text.size() > kLongestText) return std::nullopt;
  return Parser(text).whole_text();
}

}  // namespace darkroom::inference
