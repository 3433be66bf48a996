// One overload for each type of field.
#include "runner/protocol/recipe_codec.h"

namespace darkroom::runner {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kMostOutputs = 100;

struct Write {
  json::object& object;

  void operator()(const char* name, const std::string& text) const { object[name] = text; }
  void operator()(const char* name, const std::map<std::string, std::string>& texts) const {
    json::object map;
    for (const auto& [key, value] : texts) map[key] = value;
    object[name] = std::move(map);
  }
  template <class Value>
  void operator()(const char* name, const std::optional<Value>& value) const {
    object[name] = value ? to_value(*value) : json::value(nullptr);
  }

  static json::value to_value(int number) { return number; }
  static json::value to_value(double number) { return number; }
  static json::value to_value(bool flag) { return flag; }
  static json::value to_value(const std::array<double, 3>& numbers) { return json::array(numbers.begin(), numbers.end()); }
  template <class Enumeration>
  static json::value to_value(Enumeration value) requires std::is_enum_v<Enumeration> {
    return json::value(domain::to_string(value));
  }
};

std::optional<domain::ColourOrder> parse(std::string_view text, domain::ColourOrder) { return domain::parse_colour_order(text); }
std::optional<domain::TensorLayout> parse(std::string_view text, domain::TensorLayout) { return domain::parse_tensor_layout(text); }
std::optional<domain::Fit> parse(std::string_view text, domain::Fit) { return domain::parse_fit(text); }
std::optional<domain::Interpolation> parse(std::string_view text, domain::Interpolation) { return domain::parse_interpolation(text); }
std::optional<domain::Activation> parse(std::string_view text, domain::Activation) { return domain::parse_activation(text); }
std::optional<domain::BoxUnit> parse(std::string_view text, domain::BoxUnit) { return domain::parse_box_unit(text); }

struct Read {
  FieldReader& fields;

  void operator()(const char* name, std::string& text) const { text = fields.text(name, kLongestName); }
  void operator()(const char* name, std::map<std::string, std::string>& texts) const { texts = fields.text_map(name, kMostOutputs, kLongestName); }
  template <class Value>
  void operator()(const char* name, std::optional<Value>& value) const {
    if (!fields.is_null(name)) read(name, value);
  }

  void read(const char* name, std::optional<int>& number) const { number = fields.integer<int>(name, 0); }
  void read(const char* name, std::optional<double>& number) const { number = fields.number(name); }
  void read(const char* name, std::optional<bool>& flag) const { flag = fields.flag(name); }
  void read(const char* name, std::optional<std::array<double, 3>>& numbers) const { numbers = fields.numbers<3>(name); }
  template <class Enumeration>
  void read(const char* name, std::optional<Enumeration>& value) const requires std::is_enum_v<Enumeration> {
    value = parse(fields.text(name, kLongestName), Enumeration{});
    if (!value) fields.fail(name, "is not known");
  }
};

}  // namespace

json::object to_json(const domain::Recipe& recipe) {
  json::object object;
  domain::for_each_field(recipe, Write{object});
  return object;
}

domain::Recipe read_recipe(FieldReader fields, FieldReader& outer) {
  domain::Recipe recipe;
  domain::for_each_field(recipe, Read{fields});
  outer.absorb(fields);
  return recipe;
}

}  // namespace darkroom::runner
