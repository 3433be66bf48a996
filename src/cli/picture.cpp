// Saving a picture of an image.
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iostream>

namespace darkroom::cli {
namespace {

std::string path_of(const PictureOptions& options) {
  std::string path = "/api/v1/images/" + escaped(options.image) + "/" + options.kind;
  std::string query;
  if (!options.job.empty()) query += "&job=" + escaped(options.job);
  if (options.min_confidence) {
    char text[40];
    auto [end, error] = std::to_chars(text, text + sizeof text, *options.min_confidence);
    query += "&min_confidence=" + std::string(text, end);
  }
  if (!query.empty()) query[0] = '?';
  return path + query;
}

int usage(const std::string& words) {
  std::cerr << "darkroom: " << words << "\n";
  return kUsage;
}

}  // namespace

int fetch_picture(const Session& session, const PictureOptions& options) {
  bool to_file = !options.output.empty() && options.output != "-";
  if (options.output.empty() && ::isatty(STDOUT_FILENO)) return usage("A picture is nothing for a terminal: name a file with -o FILE.");
  if (options.kind != "overlay" && (!options.job.empty() || options.min_confidence)) return usage("--job and --min-confidence belong to an overlay.");
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  auto picture = client->download(path_of(options));
  if (!picture) return report(picture.error());
  if (!to_file) {
    std::cout.write(picture->data(), static_cast<std::streamsize>(picture->size())).flush();
    return std::cout ? kOk : report({"internal", "The picture could not be written to standard output."});
  }
  std::ofstream file(options.output, std::ios::binary | std::ios::trunc);
  file.write(picture->data(), static_cast<std::streamsize>(picture->size())).flush();
  if (!file) return report({"internal", "Cannot write " + options.output + ". Check the folder, its permissions and the free space."});
  boost::json::object saved{{"file", options.output}, {"bytes", picture->size()}};
  std::cout << (session.json ? boost::json::serialize(saved) + "\n" : printable(options.output) + "  " + std::to_string(picture->size()) + " bytes\n");
  return kOk;
}

}  // namespace darkroom::cli
