// The header of one part: whose name it has and, for a file, what the client calls it.
#include "http/ascii.h"
#include "http/header_parameters.h"
#include "http/multipart.h"
#include "http/percent.h"

#include <algorithm>

namespace darkroom::http {
namespace {

Error malformed(std::string message) { return Error{"malformed_body", std::move(message)}; }

struct PartLines {
  std::optional<std::string_view> disposition;
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> transfer_encoding;
};

std::optional<Error> put_once(std::optional<std::string_view>& slot, std::string_view name, std::string_view value) {
  if (slot) return malformed("A part has the header " + std::string(name) + " twice.");
  slot = value;
  return std::nullopt;
}

std::optional<Error> read_line(std::string_view line, PartLines& lines) {
  std::size_t colon = line.find(':');
  std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() || !std::ranges::all_of(name, is_token_character) ||
      std::ranges::any_of(line, [](char c) { return is_control(c) && c != '\t'; })) {
    return malformed("A part has a header line that is not well formed.");
  }
  std::string_view value = trim(line.substr(colon + 1));
  if (equals_ignoring_case(name, "Content-Disposition")) return put_once(lines.disposition, name, value);
  if (equals_ignoring_case(name, "Content-Type")) return put_once(lines.content_type, name, value);
  if (equals_ignoring_case(name, "Content-Transfer-Encoding")) return put_once(lines.transfer_encoding, name, value);
  return std::nullopt;
}

Result<PartLines> split_lines(std::string_view text) {
  PartLines lines;
  while (!text.empty()) {
    std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return malformed("A part has a header line that does not end with CR LF.");
    if (auto error = read_line(text.substr(0, end), lines)) return *std::move(error);
    text.remove_prefix(end + 2);
  }
  return lines;
}

// Browsers write a quote as %22 and leave every other percent sign as it is.
std::string with_quotes(std::string text) {
  for (std::size_t at = text.find("%22"); at != std::string::npos; at = text.find("%22", at + 1)) text.replace(at, 3, "\"");
  return text;
}

std::string with_valid_utf8(std::string text) {
  if (is_utf8(text)) return text;
  std::string replaced;
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      replaced += c;
    } else {
      replaced += "\xef\xbf\xbd";
    }
  }
  return replaced;
}

// RFC 8187: charset'language'percent-encoded, of which only UTF-8 may be sent.
std::optional<std::string> decode_extended(std::string_view text) {
  std::size_t first = text.find('\'');
  std::size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos || !equals_ignoring_case(text.substr(0, first), "utf-8")) return std::nullopt;
  auto decoded = percent_decode(text.substr(second + 1));
  if (!decoded || std::ranges::any_of(*decoded, is_control)) return std::nullopt;
  return decoded;
}

Result<std::optional<std::string>> file_name_of(const ParameterizedValue& disposition) {
  if (disposition.count("filename") > 1 || disposition.count("filename*") > 1) return malformed("A part names its file twice.");
  if (auto extended = disposition.find("filename*")) {
    auto decoded = decode_extended(*extended);
    if (!decoded) return malformed("A part has a filename* that is not UTF-8'' and percent-encoded.");
    return decoded;
  }
  auto plain = disposition.find("filename");
  if (!plain) return std::optional<std::string>();
  return std::optional(with_valid_utf8(with_quotes(*std::move(plain))));
}

std::optional<Error> check_encoding(const PartLines& lines) {
  if (lines.content_type && equals_ignoring_case(lines.content_type->substr(0, 10), "multipart/")) {
    return malformed("A part is itself multipart; send each file as a part of its own.");
  }
  auto is = [&](std::string_view name) { return equals_ignoring_case(*lines.transfer_encoding, name); };
  if (lines.transfer_encoding && !is("7bit") && !is("8bit") && !is("binary")) {
    return malformed("A part has a Content-Transfer-Encoding; send its bytes as they are.");
  }
  return std::nullopt;
}

}  // namespace

Result<PartHeader> parse_part_header(std::string_view text) {
  auto lines = split_lines(text);
  if (!lines) return lines.error();
  if (auto error = check_encoding(*lines)) return *std::move(error);
  auto disposition = lines->disposition ? parse_parameters(*lines->disposition) : std::nullopt;
  if (!disposition || disposition->value != "form-data") return malformed("A part has no Content-Disposition: form-data.");
  auto name = disposition->find("name");
  if (disposition->count("name") != 1 || name->empty()) return malformed("A part of the form needs exactly one name.");
  auto file_name = file_name_of(*disposition);
  if (!file_name) return file_name.error();

  PartHeader part;
  part.name = with_valid_utf8(with_quotes(*std::move(name)));
  part.file_name = *std::move(file_name);
  if (lines->content_type) part.content_type = std::string(*lines->content_type);
  return part;
}

}  // namespace darkroom::http
