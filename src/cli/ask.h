// One question to the server and its answer, as JSON or in words; and words in columns.
#pragma once

#include "cli/commands.h"

#include <boost/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace darkroom::cli {

struct Question {
  std::string method = "GET";
  std::string path;
  boost::json::object body = {};
};

using Describe = std::function<std::string(const boost::json::object& answer)>;

// Prints the answer and returns the exit code. `describe` is not asked with --json; an answer without a body is an empty object.
int ask(const Session& session, const Question& question, const Describe& describe);

// What came back, as ask() prints it.
void print_answer(const Session& session, const boost::json::object& answer, const Describe& describe);

// The same for a list in pages: follows them until it has as many items as wanted, since a search that finds little answers with short ones. The answer is the
// last page's, with all the items.
int ask_pages(const Session& session, const std::string& path, const ListOptions& options, const Describe& describe);

// A member as text: "-" for null, and nothing that a terminal would obey.
std::string shown(const boost::json::object& object, const char* key);
// Of what is counted to a limit: "over 10000" beyond it.
std::string counted(const boost::json::object& object, const std::string& key);

// Lines of cells, each column as wide as its widest cell. The first line is the head.
std::string table(const std::vector<std::vector<std::string>>& lines);

// A name as a segment of a path.
std::string escaped(const std::string& name);

}  // namespace darkroom::cli
