// Commands that change something: retry, reprocess, delete.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <iostream>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

int act(const Session& session, const std::string& method, const std::string& path, const json::object& body) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  auto answer = client->send(method, path, body);
  if (!answer) return report(answer.error());
  if (!answer->ok()) return report(answer->error());
  if (session.json) {
    std::cout << darkroom::json::to_text(answer->body) << "\n";
  } else if (const auto* object = answer->body.if_object()) {
    std::cout << describe_image(object->at("image").as_object());
  } else {
    std::cout << "deleted\n";
  }
  return kOk;
}

}  // namespace

int retry(const Session& session, const std::string& job, const json::object& how) { return act(session, "POST", "/api/v1/jobs/" + job + "/retry", how); }

int reprocess(const Session& session, const std::string& image, const json::object& how) {
  return act(session, "POST", "/api/v1/images/" + image + "/reprocess", how);
}

int remove_image(const Session& session, const std::string& image) { return act(session, "DELETE", "/api/v1/images/" + image, {}); }

}  // namespace darkroom::cli
