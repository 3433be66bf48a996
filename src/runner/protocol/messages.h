// What server and runners say to each other, and how it is written: as JSON, behind which, after a NUL, the bytes of one picture may follow.
//
//   server -> zygote   Init (passes the model's file), Fork (passes the child's end of a job socket)
//   zygote -> server   Ready or LoadFailed, once; Forked (passes a pidfd of the child); Exited, whenever a child has ended
//   server -> child    Job (passes the photo)
//   child  -> server   Warm, once; then Done, Rendered (to a Job with a render order) or domain::Failed for each Job, and before it, to a child that
//                      was asked by SIGUSR2, Decoded; after a Done that says so, Thumbnail
//
// What a runner says is untrusted, since it has read untrusted bytes: its messages are read strictly (every field present, of its
// type and within its bounds, none unknown); an Outcome, a picture and a ModelReport are validated besides.
#pragma once

#include "base/result.h"
#include "domain/job.h"
#include "domain/model.h"
#include "domain/outcome.h"
#include "domain/photo_limits.h"
#include "domain/picture.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace darkroom::runner {

struct Init {
  domain::Model model;          // name, engine, version, labels, recipe, licence; not its path, hash or title
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
  int thumbnail_side = 0;       // pixels; 0: no thumbnail
  std::optional<domain::RenderOrder> render = {};  // a picture is wanted, and nothing else; for the preview engine alone
};
using ServerMessage = std::variant<Init, Fork, Job>;

struct Ready {
  std::string sandbox;  // "seccomp, landlock 7, uid nobody"
  std::string engine_version;
  domain::ModelReport report = {};
};
struct LoadFailed {
  Error error;
  std::vector<domain::Candidate> candidates = {};  // where the error is model_ambiguous
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
struct Decoded {};  // the pixels of the photo are there
struct Done {
  domain::Outcome outcome;  // without its recipe: what was done is known from before the photo was seen
  bool thumbnail_follows = false;
};
struct Thumbnail {
  std::string jpeg;  // of the decode that the Done before was about; empty: it could not be made
};
struct Rendered {
  domain::Picture picture;
  domain::ImageInfo image;  // of the photo
};
using ChildMessage = std::variant<Warm, Decoded, Done, Thumbnail, Rendered, domain::Failed>;

inline constexpr int kSmallestPicture = 16;   // pixels of the longer side that may be ordered
inline constexpr int kLargestPicture = 4096;
inline constexpr std::size_t kMostThumbnailBytes = 512 * 1024;

// May come out longer than a frame may be (kLargestFrame): who sends it has to look.
std::string encode(const ServerMessage& message);
std::string encode(const ZygoteMessage& message);
std::string encode(const ChildMessage& message);

// Errors: model_output, for the two kinds of runner, and internal for the server.
Result<ServerMessage> decode_server_message(std::string_view body);
Result<ZygoteMessage> decode_zygote_message(std::string_view body);
Result<ChildMessage> decode_child_message(std::string_view body);

}  // namespace darkroom::runner
