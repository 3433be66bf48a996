#include "api/results_table.h"

#include "api/json.h"
#include "json/text.h"

#include <algorithm>
#include <array>

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kColumns =
    "image_id,title,uploaded_by,external_id,uploaded_at,status,error_code,model,model_version,image_width,image_height,found,label,confidence,x1,y1,x2,y2,share\r\n";

// What spreadsheets begin a formula with; the wide ones are what a Korean or Japanese keyboard makes of the others.
constexpr std::array<std::string_view, 10> kFormulas = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};

const json::value* member(const json::value* value, std::string_view name) {
  const auto* object = value ? value->if_object() : nullptr;
  return object ? object->if_contains(name) : nullptr;
}

std::string text_of(const json::value* value) { return value && value->is_string() ? std::string(value->as_string()) : ""; }
std::string number_of(const json::value* value) { return value && value->is_number() ? darkroom::json::to_text(*value) : ""; }

std::string box_of(const json::value* value) {
  const auto* box = value ? value->if_array() : nullptr;
  std::string cells;
  for (std::size_t i = 0; i < 4; ++i) cells += "," + (box && i < box->size() ? number_of(&(*box)[i]) : "");
  return cells;
}

// What is said of each thing found, from the column `found` on.
std::string found_cells(std::string_view kind, const json::value& thing) {
  const json::value* place = kind == "region" ? member(member(&thing, "mask"), "bbox") : member(&thing, "bbox");
  return "," + std::string(kind) + "," + csv_text(text_of(member(&thing, "class"))) + "," + number_of(member(&thing, "confidence")) + box_of(place) + "," +
         number_of(member(&thing, "share"));
}

std::string image_cells(const store::ImageRecord& image, const json::value& document) {
  const json::value* model = member(&document, "model");
  const json::value* size = member(member(&document, "image_info"), "size");
  const auto* sides = size ? size->if_array() : nullptr;
  bool sized = sides && sides->size() == 2;
  std::string cells = std::to_string(image.id.value);
  for (const std::string& text : {image.title, image.owner, image.external_id.value_or("")}) cells += "," + csv_text(text);
  cells += "," + to_rfc3339(image.created_at) + "," + std::string(image_status(image.job.state)) + "," + csv_text(image.job.error ? image.job.error->code : "");
  cells += "," + csv_text(model ? text_of(member(model, "name")) : image.job.model) + "," + csv_text(text_of(member(model, "version")));
  return cells + "," + (sized ? number_of(&(*sides)[0]) : "") + "," + (sized ? number_of(&(*sides)[1]) : "");
}

}  // namespace

std::string csv_text(std::string_view text) {
  bool formula = std::ranges::any_of(kFormulas, [&](std::string_view sign) { return text.starts_with(sign); });
  std::string cell = (formula ? "'" : "") + std::string(text);
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (char c : cell) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string results_head() { return std::string(kByteOrderMark) + std::string(kColumns); }

std::string results_rows(const store::ImageRecord& image) {
  json::value document = image.document ? parsed(*image.document) : json::value(nullptr);
  const json::value* result = member(&document, "result");
  std::string cells = image_cells(image, document), rows;
  for (auto [kind, list] : {std::pair("object", "detected_objects"), std::pair("class", "classes"), std::pair("region", "regions")}) {
    const json::value* things = member(result, list);
    if (!things || !things->is_array()) continue;
    for (const json::value& thing : things->as_array()) rows += cells + found_cells(kind, thing) + "\r\n";
  }
  return rows.empty() ? cells + ",,,,,,,,\r\n" : rows;
}

}  // namespace darkroom::api
