// Models of engine `http`: someone's own service is called with the photo, and answers the result in the same response. The seam at which PyTorch,
// OCR or GPU code joins in. Called from the worker's own process, since a runner has no network.
#pragma once

#include "domain/job.h"
#include "domain/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace darkroom::remote {

struct RemoteRequest {
  int photo_fd = -1;  // open for reading; stays the caller's, and so does its offset
  std::int64_t byte_count = 0;
  std::string sha256;
  std::string job_id;    // UUIDv7
  std::int64_t image_id = 0;
  std::string metadata;  // JSON object that came with the upload
  int priority = 0;
  bool refuse_truncated = false;  // a photo that is cut off fails as `truncated` and is not sent
};

using RemoteEnd = std::variant<domain::Outcome, domain::Failed, domain::Interrupted>;

// One request at a time over a connection that is kept. Not thread-safe but for abandon().
class RemoteCall {
 public:
  RemoteCall();
  ~RemoteCall();

  // Posts the photo as multipart (file, image_id, priority, metadata; the header X-Darkroom-Job) to model.remote->url and reads the result out of the
  // answer, see remote/answer.h. Failed transient: no connection, 408, 425, 429, 5xx (code service_failed, with the status and the service's words;
  // retry_after as its Retry-After says), time-out (code timeout). Failed permanent: redirects and other 4xx (service_failed), an answer that is not
  // the result JSON or is larger than 8 MB (model_output). Interrupted: abandon() was called; the connection is closed. The service may see one photo
  // twice, when a kept connection turns out to be dead.
  RemoteEnd run(const domain::Model& model, const RemoteRequest& request);

  void abandon();  // from another thread; holds until rearm()
  void rearm();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::remote
