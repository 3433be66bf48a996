// `darkroom delete`: images that are named, or all that meet conditions; and the question before many are changed.
#include "cli/ask.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <unistd.h>

#include <fstream>
#include <iostream>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::string describe_deleted(const json::object& answer) {
  return shown(answer, "changed") + " of " + shown(answer, "matched") + " matching images " + (answer.at("dry_run").as_bool() ? "would be" : "were") + " deleted\n";
}

Question order_of(const DeleteOptions& options, bool dry_run) {
  json::object body{{"action", "delete"}, {"filter", options.filter}, {"dry_run", dry_run}};
  if (!options.reason.empty()) body["reason"] = options.reason;
  return {"POST", "/api/v1/images/actions", std::move(body)};
}

Result<void> confirm(const Session& session, const DeleteOptions& options) {
  if (!wants_yes(options.yes)) return {};
  auto client = connect(session.config, session.url, session.token);
  if (!client) return client.error();
  Question order = order_of(options, true);
  auto answer = client->send(order.method, order.path, order.body);
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  return ask_for_yes(describe_deleted(answer->body.as_object()));
}

int delete_by_filter(const Session& session, const DeleteOptions& options) {
  if (!options.dry_run) {
    if (auto go = confirm(session, options); !go) return report(go.error());
  }
  return ask(session, order_of(options, options.dry_run), describe_deleted);
}

// A dry run looks whether each is there.
int delete_by_ids(const Session& session, const DeleteOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  int code = kOk, done = 0;
  for (const std::string& image : options.images) {
    std::string path = "/api/v1/images/" + escaped(image);
    auto answer = options.dry_run ? client->get(path) : client->send("DELETE", path, {});
    if (answer && answer->ok()) {
      ++done;
      continue;
    }
    int failed = report(answer ? answer->error() : answer.error());
    code = code == kOk ? failed : code;
  }
  json::object counts{{"matched", options.images.size()}, {"changed", done}, {"dry_run", options.dry_run}};
  bool one = options.images.size() == 1 && !options.dry_run && !session.json;
  if (one && code == kOk) std::cout << "deleted\n";
  if (!one) print_answer(session, counts, describe_deleted);
  return code;
}

}  // namespace

bool wants_yes(bool given) { return !given && ::isatty(STDIN_FILENO); }

Result<void> ask_for_yes(const std::string& what) {
  std::ofstream terminal;
  if (!::isatty(STDERR_FILENO)) terminal.open("/dev/tty");  // its words go to a file, and whoever is asked shall read the question
  (terminal.is_open() ? terminal : std::cerr) << what << "Do it? [y/N] " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  if (line == "y" || line == "Y" || line == "yes") return {};
  return Error{"declined", "nothing was changed"};
}

int delete_images(const Session& session, const DeleteOptions& options) {
  if (options.images.empty() == options.filter.empty()) {
    return wrong_use("say which images: either their numbers, or conditions such as --status and --uploader, or --all");
  }
  if (options.filter.empty() && !options.reason.empty()) return wrong_use("--reason goes with conditions");
  bool nobody_to_ask = !options.filter.empty() && !options.dry_run && !options.yes && !::isatty(STDIN_FILENO);
  if (nobody_to_ask) return wrong_use("photos that are deleted are gone: say --yes where nobody can be asked, or look first with --dry-run");
  return options.filter.empty() ? delete_by_ids(session, options) : delete_by_filter(session, options);
}

}  // namespace darkroom::cli
