// Lets other threads call off a wait: the one in progress, or else the next. It stays called off until rearmed, so that a call that comes just before
// the wait begins is not lost.
#pragma once

#include "base/file_descriptor.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

namespace darkroom::runner {

class CallOff {
 public:
  CallOff() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
  }

  int descriptor() const { return wake_.get(); }
  void request() { static_cast<void>(::eventfd_write(wake_.get(), 1)); }
  bool is_requested() const {
    pollfd watched{wake_.get(), POLLIN, 0};
    return ::poll(&watched, 1, 0) > 0;
  }
  void rearm() {
    eventfd_t ignored;
    static_cast<void>(::eventfd_read(wake_.get(), &ignored));
  }

 private:
  FileDescriptor wake_;
};

}  // namespace darkroom::runner
