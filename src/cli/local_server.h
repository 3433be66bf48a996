// The server of this machine's data folder: where it listens, the credential to talk to it, and starting one for a single run.
#pragma once

#include "cli/client.h"
#include "config/config.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace darkroom::cli {

// A client for --url and --token if given, else for the server of the data folder with its 0600 credential. Errors: unauthorized when there is no
// credential to be read, with what to do.
Result<Client> connect(const config::Config& config, const std::string& url, const std::string& token);

// True when the server of the client answers /livez.
bool is_running(const Client& client);

// A server started for this run alone, on a free port of loopback; told to stop, and awaited, when this object goes.
class TemporaryServer {
 public:
  // Returns when it answers. Throws std::runtime_error with the place of its log when it does not within 30 s.
  explicit TemporaryServer(const config::Config& config);
  ~TemporaryServer();
  TemporaryServer(const TemporaryServer&) = delete;
  TemporaryServer& operator=(const TemporaryServer&) = delete;

 private:
  pid_t pid_ = -1;
};

}  // namespace darkroom::cli
