// Python literals, as exporters write them into a model's metadata: {0: 'person', 1: "driver's seat"}. They are parsed by a small grammar and never
// evaluated; a text from an untrusted file costs at most time in proportion to its length.
//
//   value = dict | list | tuple | string | number | True | False | None      (and JSON's true, false, null)
//   dict  = "{" [value ":" value {"," value ":" value} [","]] "}"
//   list  = "[" [value {"," value} [","]] "]"       tuple: the same in round brackets; "(value)" is the value
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace darkroom::inference {

struct Literal;
using LiteralList = std::vector<Literal>;                      // of tuples, too
using LiteralDict = std::vector<std::pair<Literal, Literal>>;  // in the order of the text

struct Literal {
  std::variant<std::monostate, bool, double, std::string, LiteralList, LiteralDict> value;  // monostate: None

  const LiteralList* list() const { return std::get_if<LiteralList>(&value); }
  const LiteralDict* dict() const { return std::get_if<LiteralDict>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
  std::optional<double> number() const;  // finite
  std::optional<int> whole() const;      // a number without a fraction, within int
};

// None: it is no literal, it is longer than 4 MiB, or nested deeper than 16.
std::optional<Literal> parse_literal(std::string_view text);

}  // namespace darkroom::inference
