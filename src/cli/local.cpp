// Commands that need no server: the configuration, and a new password.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "roles/credentials.h"
#include "store/open_store.h"

#include <filesystem>
#include <iostream>

namespace darkroom::cli {

int show_config(const config::Loaded& loaded, bool json) {
  boost::json::object all;
  for (const config::Key& key : config::keys()) {
    std::string value = key.secret ? (key.get(loaded.config) == "\"\"" ? "\"\"" : "\"(set)\"") : key.get(loaded.config);
    const std::string& origin = loaded.origins.at(key.name);
    if (json) {
      all[key.name] = boost::json::object{{"value", boost::json::parse(value)}, {"origin", origin}};
    } else {
      std::cout << key.name << " = " << value << "   # " << origin << "\n";
    }
  }
  if (json) std::cout << boost::json::serialize(all) << "\n";
  return kOk;
}

int reset_password(const config::Config& config, const std::string& user) {
  std::string database = config.database.empty() ? config.data_dir + "/darkroom.db" : config.database;
  if (config.database.empty() && !std::filesystem::exists(database)) {
    return report({"not_found", "There is no Darkroom data in " + config.data_dir + ". Choose its folder with --data-dir or DARKROOM_DATA_DIR, or its database with DARKROOM_DATABASE."});
  }
  Time now = SystemClock().now();
  auto store = store::open_store(database, now);
  auto password = roles::reset_password(*store, user, now);
  if (!password) return report(password.error());
  roles::tell_secret("New password of " + user + ": " + *password + "\n", config.data_dir + "/new-password.txt");
  return kOk;
}

}  // namespace darkroom::cli
