#include "roles/serve.h"

#include "base/log.h"
#include "roles/app.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace darkroom::roles {
namespace {

// Blocked in every thread that is started from here on; the main thread waits for them by name.
sigset_t block_stop_signals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return stop;
}

void greet(const App& app, const config::Config& config) {
  if (app.url().empty()) return;
  std::string text = "Darkroom is running at " + app.url() + "\n";
  if (app.log_in().new_password) {
    text += "Administrator: admin   password: " + *app.log_in().new_password + "   (shown once; `darkroom users reset-password` makes a new one)\n";
    text += "API token: in " + token_file(config.data_dir) + "\n";
    tell_secret(text, config.data_dir + "/first-login.txt");
  } else if (::isatty(STDOUT_FILENO)) {
    std::cout << text << std::flush;
  }
  if (::isatty(STDOUT_FILENO)) std::cout << "Stop it with Ctrl-C.\n" << std::flush;
}

void warn(const config::Loaded& loaded, Role role) {
  const config::Config& config = loaded.config;
  for (const std::string& warning : loaded.warnings) log::warning(warning);
  if (::geteuid() == 0) {
    log::warning("started by root: the server stays root, its runners drop to an unprivileged user; a service should run as one altogether",
                 {{"runners", config.runner.run_as.empty() ? "nobody" : config.runner.run_as}});
  }
  if (role != Role::worker && config.http.address != "127.0.0.1" && config.http.address != "::1" && config.http.address != "localhost") {
    log::warning("listening beyond this machine without TLS: put a proxy with TLS in front", {{"address", config.http.address}});
  }
  if (role != Role::worker && !config.compat.open_from.empty()) {
    std::string ranges;
    for (const Network& network : config.compat.open_from) ranges += (ranges.empty() ? "" : ", ") + network.text();
    log::warning("compat.open_from is set: whoever calls from these addresses may send photos without a token", {{"open_from", ranges}});
  }
  if (config.test_mode) log::warning("test mode: the null engine is present and obeys what photos say; never for production");
}

// Runs beside the drain: a second signal ends it at once, which loses nothing, since the next start gives running jobs back.
void wait_for_second_signal(const sigset_t& stop, const std::atomic<bool>& drained) {
  timespec moment{.tv_sec = 0, .tv_nsec = 100'000'000};
  while (!drained) {
    if (::sigtimedwait(&stop, nullptr, &moment) > 0) {
      log::warning("second signal: stopping at once");
      std::_Exit(1);
    }
  }
}

}  // namespace

int serve(const config::Loaded& loaded, Role role) {
  sigset_t stop = block_stop_signals();
  warn(loaded, role);
  try {
    App app(loaded.config, role);
    greet(app, loaded.config);
    int signal = 0;
    ::sigwait(&stop, &signal);
    log::info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    std::atomic<bool> drained = false;
    std::jthread impatience([&] { wait_for_second_signal(stop, drained); });
    app.drain();
    drained = true;
  } catch (const std::exception& error) {
    log::error("cannot serve", {{"cause", error.what()}});
    return 1;
  }
  log::info("stopped");
  return 0;
}

}  // namespace darkroom::roles
