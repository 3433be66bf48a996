// darkroom-runner: started by darkroom, once for each model, with a socket to it as descriptor 3.
#include "runner/process/zygote.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int count, char** arguments) {
  constexpr int kControl = 3;
  int type = 0;
  socklen_t size = sizeof type;
  bool started_by_darkroom = count == 2 && ::getsockopt(kControl, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
  if (!started_by_darkroom) {
    std::fputs("darkroom-runner is started by darkroom itself; run `darkroom serve`.\n", stderr);
    return 2;
  }
  int status = 1;
  try {
    status = darkroom::runner::run_zygote(kControl, std::atoi(arguments[1]));
  } catch (const std::exception& broken) {
    std::fprintf(stderr, "darkroom-runner: %s\n", broken.what());
  }
  // No destructors of libraries: they may do what the wall forbids.
  ::_exit(status);
}
