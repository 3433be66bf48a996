// A real PostgreSQL for C++ tests: the one that DARKROOM_TEST_POSTGRES names, which all suites share, or one started by tests/support/postgres.py.
#pragma once

#include "base/file_descriptor.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace darkroom::testing_support {

// A server of its own, for tests that stop it. It ends with this object, or with the process.
class PostgresServer {
 public:
  PostgresServer() {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    FileDescriptor its_input(to[0]), its_output(from[1]);
    commands_ = FileDescriptor(to[1]);
    answers_ = FileDescriptor(from[0]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, its_input.get(), 0);
    ::posix_spawn_file_actions_adddup2(&actions, its_output.get(), 1);
    std::string script = std::string(DARKROOM_SOURCE_DIR) + "/tests/support/postgres.py";
    char* arguments[] = {const_cast<char*>("/usr/bin/python3"), const_cast<char*>("-B"), script.data(), nullptr};
    int failed = ::posix_spawn(&process_, arguments[0], &actions, nullptr, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed) throw std::runtime_error("cannot start " + script);
    its_output.reset();
    url_ = answer();
  }

  ~PostgresServer() {
    commands_.reset();
    ::waitpid(process_, nullptr, 0);
  }

  const std::string& url() const { return url_; }

  // stop, start, kill, pause, resume or bouncer: see the script.
  std::string tell(const std::string& command) {
    std::string line = command + "\n";
    auto written = ::write(commands_.get(), line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) throw std::runtime_error("PostgreSQL's keeper is gone");
    return answer();
  }

 private:
  std::string answer() {
    std::string line;
    for (char c = 0; c != '\n';) {
      if (::read(answers_.get(), &c, 1) != 1) {
        throw std::runtime_error("PostgreSQL for the tests does not start: run tests/support/postgres.py to see why");
      }
      if (c != '\n') line += c;
    }
    if (line.rfind("failed:", 0) == 0) throw std::runtime_error(line);
    return line;
  }

  FileDescriptor commands_, answers_;
  pid_t process_ = 0;
  std::string url_;
};

// The URL of the server that the tests share.
inline std::string shared_postgres() {
  if (const char* given = std::getenv("DARKROOM_TEST_POSTGRES"); given && *given) return given;
  static PostgresServer server;
  return server.url();
}

// A schema that no other test has, as a URL; it is made when a store is opened there.
inline std::string fresh_schema(const std::string& server) {
  static int count = 0;
  return server + "?clock=callers&schema=test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

}  // namespace darkroom::testing_support
