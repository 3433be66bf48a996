// The order matters: user, death with the parent, no_new_privs, Landlock, and seccomp last, since it forbids the others.
#include "runner/process/wall.h"

#include "domain/error_codes.h"
#include "runner/process/landlock.h"
#include "runner/process/system_calls.h"

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace darkroom::runner {
namespace {

Error missing(const std::string& what) {
  return Error{std::string(domain::code::model_unavailable), "The runner's sandbox is incomplete: " + what + "."};
}

bool drop_to(std::int64_t uid, std::int64_t gid) {
  auto user = static_cast<uid_t>(uid);
  auto group = static_cast<gid_t>(gid);
  return ::setgroups(0, nullptr) == 0 && ::setresgid(group, group, group) == 0 && ::setresuid(user, user, user) == 0 &&
         ::getuid() == user && ::geteuid() == user;
}

}  // namespace

void die_with_parent(int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

Result<std::string> raise_wall(const WallRequest& request) {
  std::string level;
  auto add = [&level](const std::string& part) { level += (level.empty() ? "" : ", ") + part; };
  int parent = ::getppid();

  if (request.uid >= 0 && !drop_to(request.uid, request.gid)) {
    return missing("the user could not be changed to " + request.user + " (" + std::strerror(errno) + ")");
  }
  die_with_parent(parent);
  ::prctl(PR_SET_DUMPABLE, 0);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return missing("no_new_privs was refused");

  int landlock = restrict_with_landlock();
  if (landlock == 0 && request.require_all) return missing("this kernel has no Landlock");
  bool filtered = filter_zygote_calls();
  if (!filtered && request.require_all) return missing("this kernel has no seccomp filters");

  if (filtered) add("seccomp");
  if (landlock > 0) add("landlock " + std::to_string(landlock));
  if (request.uid >= 0) add("uid " + request.user);
  if (level.empty()) add("none");
  return level;
}

bool raise_child_wall() { return filter_child_calls(); }

}  // namespace darkroom::runner
