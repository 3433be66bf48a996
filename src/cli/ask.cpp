#include "cli/ask.h"

#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <iostream>

namespace darkroom::cli {

namespace json = boost::json;

void print_answer(const Session& session, const json::object& answer, const Describe& describe) {
  std::cout << (session.json ? darkroom::json::to_text(answer) + "\n" : describe(answer));
}

int ask(const Session& session, const Question& question, const Describe& describe) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  auto answer = question.method == "GET" ? client->get(question.path) : client->send(question.method, question.path, question.body);
  if (!answer) return report(answer.error());
  if (!answer->ok()) return report(answer->error());
  print_answer(session, answer->body.is_object() ? answer->body.as_object() : json::object(), describe);
  return kOk;
}

namespace {

constexpr int kLargestPage = 200;

std::string page_path(const std::string& path, const ListOptions& options, int limit, const std::string& cursor) {
  std::string address = path + "?limit=" + std::to_string(limit);
  for (const auto& [name, value] : options.query) address += "&" + name + "=" + escaped(value);
  return cursor.empty() ? address : address + "&cursor=" + cursor;
}

}  // namespace

int ask_pages(const Session& session, const std::string& path, const ListOptions& options, const Describe& describe) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  json::object page;
  json::array items;
  std::string cursor;
  do {
    auto answer = client->get(page_path(path, options, std::min(options.limit - static_cast<int>(items.size()), kLargestPage), cursor));
    if (!answer) return report(answer.error());
    if (!answer->ok()) return report(answer->error());
    page = std::move(answer->body.as_object());
    for (json::value& item : page.at("items").as_array()) items.push_back(std::move(item));
    cursor = page.at("next_cursor").is_null() ? "" : std::string(page.at("next_cursor").as_string());
  } while (!cursor.empty() && static_cast<int>(items.size()) < options.limit);
  page["items"] = std::move(items);
  print_answer(session, page, describe);
  return kOk;
}

std::string shown(const json::object& object, const char* key) {
  const json::value& value = object.at(key);
  if (value.is_null()) return "-";
  return printable(value.is_string() ? std::string(value.as_string()) : darkroom::json::to_text(value));
}

std::string counted(const json::object& object, const std::string& key) {
  return (object.at(key + "_over_limit").as_bool() ? "over " : "") + shown(object, key.c_str());
}

std::string table(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] - line[i].size() + 2, ' ');
    }
    text += "\n";
  }
  return text;
}

std::string escaped(const std::string& name) { return boost::urls::encode(name, boost::urls::unreserved_chars); }

}  // namespace darkroom::cli
