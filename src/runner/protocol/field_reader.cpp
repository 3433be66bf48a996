// Every read counts its field, so that one too many is noticed at the end.
#include "runner/protocol/field_reader.h"

#include <boost/json/array.hpp>

namespace darkroom::runner {
namespace {

const boost::json::value kNull;
const boost::json::array kNoElements;

}  // namespace

FieldReader::FieldReader(const boost::json::value& value) : object_(value.if_object()) {
  if (object_ == nullptr) error_ = "it is not an object";
}

void FieldReader::fail(std::string_view name, std::string_view what) {
  if (!error_) error_ = "'" + std::string(name) + "' " + std::string(what);
}

const boost::json::value* FieldReader::field(std::string_view name) {
  if (object_ == nullptr) return &kNull;
  const boost::json::value* found = object_->if_contains(name);
  if (found == nullptr) {
    fail(name, "is missing");
    return &kNull;
  }
  ++seen_;
  return found;
}

std::string FieldReader::text(std::string_view name, std::size_t longest) {
  const boost::json::string* found = field(name)->if_string();
  if (found != nullptr && found->size() <= longest) return std::string(*found);
  fail(name, "is not a text of the allowed length");
  return "";
}

bool FieldReader::flag(std::string_view name) {
  const bool* found = field(name)->if_bool();
  if (found == nullptr) fail(name, "is not true or false");
  return found != nullptr && *found;
}

double FieldReader::number(std::string_view name) {
  boost::system::error_code failed;
  const boost::json::value* found = field(name);
  double number = found->is_number() ? found->to_number<double>(failed) : 0;
  if (!found->is_number() || failed) fail(name, "is not a number");
  return number;
}

std::optional<double> FieldReader::optional_number(std::string_view name) {
  if (object_ != nullptr && object_->contains(name) && object_->at(name).is_null()) {
    ++seen_;
    return std::nullopt;
  }
  return number(name);
}

std::int64_t FieldReader::read_integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const boost::json::value* found = field(name);
  const std::int64_t* number = found->if_int64();
  if (number != nullptr && *number >= least && *number <= most) return *number;
  fail(name, "is not a whole number within its bounds");
  return least;
}

const boost::json::array& FieldReader::array(std::string_view name, std::size_t longest) {
  const boost::json::array* found = field(name)->if_array();
  if (found != nullptr && found->size() <= longest) return *found;
  fail(name, "is not a list of the allowed length");
  return kNoElements;
}

FieldReader FieldReader::object(std::string_view name) { return FieldReader(*field(name)); }

void FieldReader::absorb(FieldReader& inner) {
  std::optional<std::string> wrong = inner.finish();
  if (wrong && !error_) error_ = std::move(wrong);
}

std::optional<std::string> FieldReader::finish() {
  if (!error_ && object_->size() != seen_) error_ = "it has a field that is not expected";
  return error_;
}

}  // namespace darkroom::runner
