// The story of one attempt: the claimed job, its photo, a model, a slot or a service, an ending.
#pragma once

#include "blob/blob_store.h"
#include "domain/job.h"
#include "models/catalogue.h"
#include "remote/remote_model.h"
#include "runner/pool/pool.h"

#include <functional>
#include <stop_token>
#include <string>
#include <variant>

namespace darkroom::worker {

// What runs the model: a slot of this machine, or a connection to the service of a model of engine `http`.
using Tool = std::variant<runner::Slot*, remote::RemoteCall*>;

// Takes the thumbnail that a run left: the photo's SHA-256, a JPEG. From any thread; may be called again for the same photo. What it throws is logged.
using KeepThumbnail = std::function<void(const std::string& sha256, const std::string& jpeg)>;

struct Workshop {
  blob::BlobReader& blobs;
  const models::Catalogue& catalogue;
  Tool tool;
  std::stop_token stop = {};  // of the tool, too: while the photo is on its way nobody has reached the tool yet
  KeepThumbnail keep_thumbnail = {};  // empty: none are asked for
  bool refuse_truncated = false;      // for services; a slot has its pool's limits
};

struct Attempt {
  domain::Ending ending;
  std::string model_version;
};

// Runs the job to its end, whatever that is; blocks as long as the job takes. Throws nothing that is the job's fault: an exception here
// is this machine's trouble, and becomes a transient failure.
Attempt process_job(const domain::ClaimedJob& job, const Workshop& workshop);

// To be called when the attempt was handed in, and before the next one: the slot makes the thumbnail meanwhile. Blocks until that is done.
void keep_thumbnail_of(const domain::ClaimedJob& job, const Workshop& workshop);

}  // namespace darkroom::worker
