// `darkroom results`: the newest results of many images into a file, as they come; or all of one image.
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <fstream>
#include <iostream>

namespace darkroom::cli {

namespace json = boost::json;

namespace {

int show_results_of(const Session& session, const ResultsOptions& options) {
  std::string path = "/api/v1/images/" + escaped(options.image) + "/results";
  if (!options.job.empty()) {
    return ask(session, {.path = path + "/" + escaped(options.job)}, [](const json::object& answer) { return darkroom::json::to_text(answer.at("result")) + "\n"; });
  }
  return ask(session, {.path = path}, [](const json::object& answer) {
    if (answer.at("items").as_array().empty()) return std::string("no job of this image has found anything yet\n");
    std::vector<std::vector<std::string>> lines = {{"job", "model", "version", "when", ""}};
    for (const json::value& item : answer.at("items").as_array()) {
      const json::object& result = item.as_object();
      const char* note = result.at("is_newest").as_bool() ? "shown" : result.at("newest_of_model").as_bool() ? "newest of its model" : "";
      lines.push_back({shown(result, "job_id"), shown(result, "model"), shown(result, "model_version"), shown(result, "made_at"), note});
    }
    return table(lines);
  });
}

}  // namespace

int fetch_results(const Session& session, const ResultsOptions& options) {
  if (!options.image.empty()) return show_results_of(session, options);
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  bool to_file = !options.output.empty() && options.output != "-";
  std::ofstream file;
  std::ostream& out = to_file ? static_cast<std::ostream&>(file) : std::cout;
  auto take = [&](std::string_view piece) {
    // Opened with the first bytes, so that a refused request leaves a file as it was.
    if (to_file && !file.is_open()) file.open(options.output, std::ios::binary | std::ios::trunc);
    return static_cast<bool>(out.write(piece.data(), static_cast<std::streamsize>(piece.size())));
  };
  std::string path = "/api/v1/results?format=" + options.format;
  for (const auto& [name, value] : options.query) path += "&" + name + "=" + escaped(value);
  auto fetched = client->download(path, take);
  if (!out.flush()) return report({"internal", to_file ? "Cannot write " + options.output + ". Check the folder, its permissions and the free space."
                                                        : std::string("The results could not be written to standard output.")});
  if (!fetched) return report(fetched.error());
  if (to_file) std::cout << (session.json ? boost::json::serialize(boost::json::object{{"file", options.output}}) : "results in " + printable(options.output)) << "\n";
  return kOk;
}

}  // namespace darkroom::cli
