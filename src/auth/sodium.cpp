#include "auth/sodium.h"

#include <sodium.h>

#include <stdexcept>

namespace darkroom::auth {

void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not be started");
}

}  // namespace darkroom::auth
