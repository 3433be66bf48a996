// What server and runners say to each other, and how it is written as JSON.
//
//   server -> zygote   Init (passes the model's file), Fork (passes the child's end of a job socket)
//   zygote -> server   Ready or LoadFailed, once; Forked (passes a pidfd of the child); Exited, whenever a child has ended
//   server -> child    Job (passes the photo)
//   child  -> server   Warm, once; then Done or domain::Failed for each Job
//
// What a runner says is untrusted, since it has read untrusted bytes: its messages are read strictly (every field present, of its
// type and within its bounds, none unknown) and an Outcome is validated besides.
#pragma once

#include "base/result.h"
#include "domain/job.h"
#include "domain/model.h"
#include "domain/outcome.h"
#include "domain/photo_limits.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace darkroom::runner {

struct Init {
  domain::Model model;          // without its path
  std::int64_t model_bytes = 0;  // length of the file that is passed along; 0: none is
  domain::PhotoLimits photo;
  std::int64_t memory_bytes = 0;  // what a child may use beyond its idle state
  std::int64_t uid = -1;          // to drop to; -1: stay who we are
  std::int64_t gid = -1;
  std::string user;  // its name, for the report
  int nice = 0;
  bool require_sandbox = false;
  bool test_mode = false;
  std::string fail_points;  // to arm in test mode, see base/fail_point.h
};
struct Fork {};
struct Job {
  std::int64_t byte_count = 0;  // of the photo
};
using ServerMessage = std::variant<Init, Fork, Job>;

struct Ready {
  std::string sandbox;  // "seccomp, landlock 7, uid nobody"
  std::string engine_version;
};
struct LoadFailed {
  Error error;
};
struct Forked {
  int pid = 0;
};
struct Exited {
  int pid = 0;
  int status = 0;  // as waitpid gives it
};
using ZygoteMessage = std::variant<Ready, LoadFailed, Forked, Exited>;

struct Warm {};
struct Done {
  domain::Outcome outcome;
};
using ChildMessage = std::variant<Warm, Done, domain::Failed>;

std::string encode(const ServerMessage& message);
std::string encode(const ZygoteMessage& message);
std::string encode(const ChildMessage& message);

// Errors: model_output, for the two kinds of runner, and internal for the server.
Result<ServerMessage> decode_server_message(std::string_view body);
Result<ZygoteMessage> decode_zygote_message(std::string_view body);
Result<ChildMessage> decode_child_message(std::string_view body);

}  // namespace darkroom::runner
