// Landlock by its raw system calls: Debian 12's C library has no functions for it.
#include "runner/process/landlock.h"

#include "base/file_descriptor.h"

#include <sys/syscall.h>

#include <cstdint>

namespace darkroom::runner {
namespace {

// The kernel's struct landlock_ruleset_attr as version 6 has it; the headers of Debian 12 stop at version 2. Older kernels take the
// longer structure as long as what they do not know is zero.
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};

constexpr unsigned kAskForVersion = 1;

Ruleset everything(int version) {
  int file_rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
  Ruleset ruleset;
  ruleset.files = (std::uint64_t{1} << file_rights) - 1;
  if (version >= 4) ruleset.network = 0b11;  // bind and connect of TCP
  if (version >= 6) ruleset.scopes = 0b11;   // abstract Unix sockets and signals
  return ruleset;
}

}  // namespace

int restrict_with_landlock() {
  long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskForVersion);
  if (version < 1) return 0;
  Ruleset ruleset = everything(static_cast<int>(version));
  FileDescriptor descriptor(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0)));
  if (!descriptor || ::syscall(SYS_landlock_restrict_self, descriptor.get(), 0) != 0) return 0;
  return static_cast<int>(version);
}

}  // namespace darkroom::runner
