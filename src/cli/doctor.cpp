// `darkroom doctor`: looks at everything that a start and a job need, and says of each how it stands and what to do.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "imaging/header.h"
#include "models/catalogue.h"
#include "roles/credentials.h"
#include "runner/pool/pool.h"
#include "worker/result_document.h"
#include "worker/worker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

enum class Verdict { good, note, bad };

class Report {
 public:
  void add(Verdict verdict, const std::string& subject, const std::string& text) {
    static constexpr const char* kWords[] = {"ok", "note", "problem"};
    items_.push_back(json::object{{"check", subject}, {"verdict", kWords[static_cast<int>(verdict)]}, {"detail", text}});
    if (verdict == Verdict::bad) bad_ = true;
  }

  int print(bool as_json) const {
    if (as_json) {
      std::cout << json::serialize(json::object{{"ok", !bad_}, {"checks", items_}}) << "\n";
    } else {
      for (const json::value& item : items_) {
        const json::object& check = item.as_object();
        std::cout << check.at("verdict").as_string().c_str() << "\t" << check.at("check").as_string().c_str() << "\t" << check.at("detail").as_string().c_str() << "\n";
      }
    }
    return bad_ ? kFailure : kOk;
  }

 private:
  json::array items_;
  bool bad_ = false;
};

void check_folder(Report& report, const config::Config& config) {
  if (!std::filesystem::is_directory(config.data_dir)) {
    report.add(Verdict::note, "data folder", config.data_dir + " is not there yet; the first start makes it");
    return;
  }
  bool writable = ::access(config.data_dir.c_str(), W_OK) == 0;
  report.add(writable ? Verdict::good : Verdict::bad, "data folder", config.data_dir + (writable ? "" : " is not writable for this user"));
  struct statvfs space{};
  ::statvfs(config.data_dir.c_str(), &space);
  auto free = static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
  report.add(free >= config.free_disk_floor ? Verdict::good : Verdict::bad, "disk",
             std::to_string(free / 1'000'000) + " MB free, uploads stop below " + std::to_string(config.free_disk_floor / 1'000'000) + " MB");
  struct stat credential{};
  if (::stat(roles::token_file(config.data_dir).c_str(), &credential) == 0) {
    bool is_private = (credential.st_mode & 077) == 0;
    report.add(is_private ? Verdict::good : Verdict::bad, "credential", roles::token_file(config.data_dir) + (is_private ? "" : " can be read by others: chmod 600 it"));
  }
}

void check_server(Report& report, const Session& session) {
  auto client = connect(session.config, session.url, session.token);
  if (!client || !is_running(*client)) {
    report.add(Verdict::note, "server", "not running; start it with `darkroom serve`");
    return;
  }
  report.add(Verdict::good, "server", "running at " + client->url());
  auto ready = client->get("/readyz");
  if (!ready || !ready->body.is_object()) return;
  for (const json::value& item : ready->body.as_object().at("checks").as_array()) {
    const json::object& check = item.as_object();
    report.add(check.at("ok").as_bool() ? Verdict::good : Verdict::bad, "server: " + std::string(check.at("name").as_string()), std::string(check.at("detail").as_string()));
  }
}

void check_models(Report& report, const models::Catalogue& catalogue, const config::Config& config) {
  models::ModelPtr chosen = catalogue.find(config.default_model);
  report.add(chosen ? Verdict::good : Verdict::bad, "default model",
             chosen ? chosen->title + " (" + chosen->version + ")" : "'" + config.default_model + "' is not here; present: " + catalogue.names());
  for (const models::Unusable& model : catalogue.unusable()) report.add(Verdict::bad, "model " + model.name, model.error.message);
}

// Starts the default model's runner as a job would.
bool check_runner(Report& report, runner::Zygotes& zygotes, const domain::Model& model) {
  runner::ZygoteStatus status = zygotes.warm_up(model);
  if (status.error) {
    report.add(Verdict::bad, "runner", status.error->message);
    return false;
  }
  report.add(Verdict::good, "runner", "starts, loads " + model.title + ", sandbox: " + status.sandbox);
  return true;
}

void check_photo(Report& report, runner::Zygotes& zygotes, const domain::Model& model, const std::string& path, const domain::PhotoLimits& limits) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  auto header = imaging::read_header({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, limits);
  if (!header) {
    report.add(Verdict::bad, "photo", path + ": " + header.error().code + ": " + header.error().message);
    return;
  }
  report.add(Verdict::good, "photo", std::string(imaging::to_string(header->format)) + ", " + std::to_string(header->width) + " x " + std::to_string(header->height) + " as stored, orientation " +
                                         std::to_string(header->orientation) + ", " + std::to_string(bytes.size()) + " bytes");
  FileDescriptor photo(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  runner::Slot slot(zygotes);
  runner::RunEnd end = slot.run(model, {photo.get(), static_cast<std::int64_t>(bytes.size())});
  if (const auto* outcome = std::get_if<domain::Outcome>(&end)) {
    const domain::StageTimings& t = outcome->timings;
    report.add(Verdict::good, "result", std::to_string(outcome->found.objects.size()) + " objects; us: decode " + std::to_string(t.decode) + ", prepare " + std::to_string(t.prepare) + ", infer " +
                                            std::to_string(t.infer) + ", post " + std::to_string(t.post));
  } else if (const auto* failed = std::get_if<domain::Failed>(&end)) {
    report.add(Verdict::bad, "result", failed->error.code + ": " + failed->error.message);
  } else if (const auto* crashed = std::get_if<domain::Crashed>(&end)) {
    report.add(Verdict::bad, "result", crashed->error.code + ": " + crashed->error.message);
  } else {
    report.add(Verdict::bad, "result", std::get<domain::Interrupted>(end).reason);
  }
}

}  // namespace

int doctor(const Session& session, const std::string& photo) {
  Report report;
  const config::Config& config = session.config;
  check_folder(report, config);
  check_server(report, session);
  report.add(Verdict::good, "cores", std::to_string(worker::usable_cores()) + " usable, " + std::to_string(config.worker.slots > 0 ? config.worker.slots : worker::usable_cores()) + " slots");
  if (::geteuid() == 0) report.add(Verdict::note, "user", "root: runners drop to " + (config.runner.run_as.empty() ? "nobody" : config.runner.run_as) + "; run a service as a user of its own");
  models::Catalogue catalogue({config.models_dir, config.test_mode, config.data_dir + "/library"});
  check_models(report, catalogue, config);
  if (models::ModelPtr model = catalogue.find(config.default_model)) {
    runner::Zygotes zygotes(config.runner);
    if (check_runner(report, zygotes, *model) && !photo.empty()) check_photo(report, zygotes, *model, photo, config.runner.photo);
  }
  return report.print(session.json);
}

}  // namespace darkroom::cli
