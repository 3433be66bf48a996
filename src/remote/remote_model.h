// Models of engine `http`: someone's own service is called with the photo, and answers the result in the same response. The seam at which PyTorch, OCR or
// GPU code joins in. Called from the worker's own process, since a runner has no network.
#pragma once

#include "domain/job.h"
#include "domain/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace darkroom::remote {

struct RemoteRequest {
  int photo_fd = -1;  // open for reading, at offset 0; stays the caller's
  std::int64_t byte_count = 0;
  std::string sha256;
  std::string job_id;    // UUIDv7
  std::string metadata;  // JSON object that came with the upload
  int priority = 0;
};

using RemoteEnd = std::variant<domain::Outcome, domain::Failed, domain::Interrupted>;

// One request at a time over a connection that is kept. Not thread-safe but for abandon().
class RemoteCall {
 public:
  RemoteCall();
  ~RemoteCall();

  // Posts the photo as multipart (file, priority, metadata) to model.remote->url and reads {"status", "result": {"detected_objects": [...]}, ...} out of the
  // answer. Failed transient: no connection, time-out (code timeout), 429, 5xx (code service_failed, with status and excerpt). Failed permanent: other 4xx, an
  // answer that is not the result JSON (model_output). Interrupted: abandon() was called; the connection is closed.
  RemoteEnd run(const domain::Model& model, const RemoteRequest& request);

  void abandon();  // from another thread; holds until rearm()
  void rearm();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::remote
