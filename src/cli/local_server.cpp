#include "cli/local_server.h"

#include "roles/app.h"
#include "roles/credentials.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace darkroom::cli {
namespace {

constexpr int kStartWithin = 30'000;  // milliseconds
constexpr int kLookEvery = 20;        // milliseconds

struct Noted {
  std::string address;
  pid_t pid = 0;
};

std::optional<Noted> noted_server(const config::Config& config) {
  std::ifstream file(roles::address_file(config.data_dir));
  Noted noted;
  if (!(file >> noted.address >> noted.pid)) return std::nullopt;
  return noted;
}

std::string read_credential(const config::Config& config) {
  if (!config.admin_token.empty()) return config.admin_token;
  std::ifstream file(roles::token_file(config.data_dir));
  std::string token;
  std::getline(file, token);
  return token;
}

std::string configured_url(const config::Config& config) {
  const std::string& host = config.http.address;
  return "http://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(config.http.port);
}

// In the child: everything it says goes to the log file, and it ends with its parent.
[[noreturn]] void become_server(const config::Config& config, const std::string& log) {
  int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::vector<std::string> words = {self, "serve", "--data-dir", config.data_dir, "--models-dir", config.models_dir, "--listen", "127.0.0.1:0"};
  if (config.test_mode) words.push_back("--test-mode");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(self.c_str(), arguments.data());
  ::_exit(127);
}

}  // namespace

Result<Client> connect(const config::Config& config, const std::string& url, const std::string& token) {
  auto noted = noted_server(config);
  std::string where = !url.empty() ? url : noted ? "http://" + noted->address : configured_url(config);
  while (where.ends_with('/')) where.pop_back();
  std::string credential = !token.empty() ? token : read_credential(config);
  if (credential.empty()) {
    return Error{"unauthorized", "There is no credential in " + roles::token_file(config.data_dir) +
                                     ". Start the server once with `darkroom serve`, choose its folder with --data-dir, or give --url and --token (DARKROOM_URL, DARKROOM_TOKEN)."};
  }
  return Client(where, credential);
}

bool is_running(const Client& client) {
  auto answer = client.get("/livez");
  return answer && answer->status == 200;
}

TemporaryServer::TemporaryServer(const config::Config& config) {
  std::filesystem::create_directories(config.data_dir);
  std::string log = config.data_dir + "/server.log";
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot start a server: fork failed");
  if (pid_ == 0) become_server(config, log);
  for (int waited = 0; waited < kStartWithin; waited += kLookEvery) {
    auto noted = noted_server(config);
    if (noted && noted->pid == pid_ && is_running(Client("http://" + noted->address, ""))) return;
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      break;
    }
    ::poll(nullptr, 0, kLookEvery);
  }
  std::string last, line;
  for (std::ifstream file(log); std::getline(file, line);) last = line;
  throw std::runtime_error("the server could not be started. Its log is " + log + (last.empty() ? "." : "; its last line: " + last));
}

TemporaryServer::~TemporaryServer() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace darkroom::cli
