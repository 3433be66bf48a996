// Strict reading of one JSON object: each field must be there, of its type and within its bounds, and no other may be. The first
// error is kept, later reads answer a neutral value, and finish() tells.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::runner {

class FieldReader {
 public:
  explicit FieldReader(const boost::json::value& value);

  std::string text(std::string_view name, std::size_t longest);
  bool flag(std::string_view name);
  double number(std::string_view name);
  std::optional<double> optional_number(std::string_view name);  // null: none
  template <class Integer = std::int64_t>
  Integer integer(std::string_view name, Integer least, Integer most = std::numeric_limits<Integer>::max()) {
    return static_cast<Integer>(read_integer(name, least, most));
  }
  template <std::size_t count>
  std::array<double, count> numbers(std::string_view name) {  // a list of exactly that many
    std::array<double, count> all{};
    read_numbers(name, all.data(), count);
    return all;
  }
  const boost::json::array& array(std::string_view name, std::size_t longest);
  std::vector<std::string> texts(std::string_view name, std::size_t most, std::size_t longest);
  std::map<std::string, std::string> text_map(std::string_view name, std::size_t most, std::size_t longest);
  FieldReader object(std::string_view name);

  // True: the field is there and null, which is all there is to read of it.
  bool is_null(std::string_view name);

  void fail(std::string_view name, std::string_view what);
  // Takes over the error of a reader of an inner object, once that one is finished.
  void absorb(FieldReader& inner);
  // None when every field was good and none was left over; otherwise what was wrong.
  std::optional<std::string> finish();

 private:
  const boost::json::value* field(std::string_view name);
  std::int64_t read_integer(std::string_view name, std::int64_t least, std::int64_t most);
  void read_numbers(std::string_view name, double* to, std::size_t count);

  const boost::json::object* object_ = nullptr;
  std::size_t seen_ = 0;
  std::optional<std::string> error_;
};

}  // namespace darkroom::runner
