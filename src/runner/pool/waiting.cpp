// One poll over the socket, the process and the descriptor that calls the wait off.
#include "runner/pool/waiting.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace darkroom::runner {
namespace {

int milliseconds_until(SteadyClock::time_point moment) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - SteadyClock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

std::string in_seconds(std::chrono::milliseconds time) {
  std::string text = std::to_string(time.count() / 1000);
  if (time.count() % 1000 != 0) text += "." + std::to_string(1000 + time.count() % 1000).substr(1);
  return text + " s";
}

Waited wait_for_frame(const Wait& wait, SteadyClock::time_point deadline) {
  while (true) {
    // What has been said counts, even if its speaker has died since.
    switch (wait.reader.read(wait.socket, MSG_DONTWAIT)) {
      case FrameReader::Progress::complete: return Waited::frame;
      case FrameReader::Progress::closed: return Waited::ended;
      case FrameReader::Progress::broken: return Waited::nonsense;
      case FrameReader::Progress::more: break;
    }
    if (SteadyClock::now() >= deadline) return Waited::too_late;
    pollfd watched[] = {{wait.socket, POLLIN, 0}, {wait.process.pidfd(), POLLIN, 0}, {wait.call_off, POLLIN, 0}};
    ::poll(watched, 3, milliseconds_until(deadline));
    if (watched[2].revents != 0) return Waited::called_off;
    if (watched[0].revents == 0 && watched[1].revents != 0) return Waited::ended;
  }
}

}  // namespace darkroom::runner
