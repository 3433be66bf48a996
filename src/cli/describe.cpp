// Answers in words for people: one line a thing, columns that line up.
#include "cli/commands.h"
#include "cli/exit_codes.h"

#include <cstdio>
#include <iostream>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::string number(const json::value& value, int places) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", places, value.to_number<double>());
  return text;
}

std::string plain(const json::value* value) { return value && value->is_string() ? printable(std::string(value->as_string())) : ""; }

std::string describe_objects(const json::object& result) {
  const json::object& found = result.at("result").as_object();
  const json::array& objects = found.at("detected_objects").as_array();
  std::string text;
  for (const json::value& item : objects) {
    const json::object& object = item.as_object();
    const json::array& box = object.at("bbox").as_array();
    text += "    " + plain(object.if_contains("class"));
    text += object.at("confidence").is_null() ? "  -   " : "  " + number(object.at("confidence"), 2);
    text += "  [" + number(box[0], 0) + ", " + number(box[1], 0) + ", " + number(box[2], 0) + ", " + number(box[3], 0) + "]\n";
  }
  return objects.empty() ? "    nothing found\n" : text;
}

}  // namespace

// Also without what terminals take for a control character when it comes as UTF-8: U+0080 to U+009F.
std::string printable(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7f) text[i] = ' ';
    if (text[i] == '\xc2' && next >= 0x80 && next < 0xa0) text.replace(i, 2, " ");
  }
  return text;
}

std::string describe_image(const json::object& image) {
  std::string status = plain(image.if_contains("status"));
  std::string text = "image " + std::to_string(image.at("id").as_int64()) + "  " + plain(image.if_contains("title")) + "  " + status;
  if (status == "pending" && !image.at("next_attempt_at").is_null()) text += " (tries again at " + plain(image.if_contains("next_attempt_at")) + ")";
  const json::object* result = image.at("result").if_object();
  if (status == "completed" && result) {
    const json::object& model = result->at("model").as_object();
    text += "  " + number(result->at("processing_time"), 3) + " s  " + plain(model.if_contains("title")) + " " + plain(model.if_contains("version")) + "\n" + describe_objects(*result);
    if (result->at("image_info").as_object().at("truncated").as_bool()) text += "    the photo is cut off: what is missing could not be looked at\n";
    return text;
  }
  if (!image.at("error_message").is_null()) text += "  " + plain(image.if_contains("error_code")) + ": " + plain(image.if_contains("error_message"));
  return text + "\n";
}

int report(const Error& error) {
  std::cerr << "darkroom: " << printable(error.message) << "\n";
  if (error.code == "invalid_field" || error.code == "unknown_field") return kUsage;  // the server did not understand what the command line said
  if (error.code == "not_found" || error.code == "unknown_model") return kNotFound;
  if (error.code == "conflict" || error.code == "quarantined") return kConflict;
  if (error.code == "unreachable") return kUnreachable;
  return kFailure;
}

int wrong_use(const std::string& message) {
  std::cerr << "darkroom: " << message << "\n";
  return kUsage;
}

}  // namespace darkroom::cli
