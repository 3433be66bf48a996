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

int ask(const Session& session, const Question& question, const Describe& describe) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  auto answer = question.method == "GET" ? client->get(question.path) : client->send(question.method, question.path, question.body);
  if (!answer) return report(answer.error());
  if (!answer->ok()) return report(answer->error());
  json::object body = answer->body.is_object() ? answer->body.as_object() : json::object();
  std::cout << (session.json ? darkroom::json::to_text(body) + "\n" : describe(body));
  return kOk;
}

std::string shown(const json::object& object, const char* key) {
  const json::value& value = object.at(key);
  if (value.is_null()) return "-";
  return printable(value.is_string() ? std::string(value.as_string()) : darkroom::json::to_text(value));
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
