// Every read counts its field, so that one too many is noticed at the end.
#include "runner/protocol/field_reader.h"

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

std::optional<double> FieldReader::optional_number(std::string_view name) { return is_null(name) ? std::nullopt : std::optional(number(name)); }

bool FieldReader::is_null(std::string_view name) {
  const boost::json::value* found = object_ == nullptr ? nullptr : object_->if_contains(name);
  if (found == nullptr || !found->is_null()) return false;
  ++seen_;
  return true;
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

void FieldReader::read_numbers(std::string_view name, double* to, std::size_t count) {
  const boost::json::array& all = array(name, count);
  bool good = all.size() == count;
  for (std::size_t i = 0; good && i < count; ++i) {
    boost::system::error_code failed;
    good = all[i].is_number();
    if (good) to[i] = all[i].to_number<double>(failed);
    good = good && !failed;
  }
  if (!good) fail(name, "is not a list of " + std::to_string(count) + " numbers");
}

std::vector<std::string> FieldReader::texts(std::string_view name, std::size_t most, std::size_t longest) {
  std::vector<std::string> all;
  for (const boost::json::value& one : array(name, most)) {
    const boost::json::string* text = one.if_string();
    if (text == nullptr || text->size() > longest) fail(name, "holds something that is not a text of the allowed length");
    all.emplace_back(text == nullptr ? "" : std::string(*text));
  }
  return all;
}

std::map<std::string, std::string> FieldReader::text_map(std::string_view name, std::size_t most, std::size_t longest) {
  std::map<std::string, std::string> all;
  const boost::json::object* found = field(name)->if_object();
  if (found == nullptr || found->size() > most) {
    fail(name, "is not an object of the allowed size");
    return all;
  }
  for (const auto& [key, value] : *found) {
    bool good = value.is_string() && value.get_string().size() <= longest && key.size() <= longest;
    if (!good) fail(name, "holds something that is not a text of the allowed length");
    if (good) all.emplace(key, value.get_string());
  }
  return all;
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
