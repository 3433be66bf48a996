// The story of one attempt: the claimed job, its photo, a model, a slot, an ending.
#pragma once

#include "blob/blob_store.h"
#include "domain/job.h"
#include "models/catalogue.h"
#include "runner/pool/pool.h"

namespace darkroom::worker {

struct Workshop {
  blob::BlobReader& blobs;
  const models::Catalogue& catalogue;
  runner::Slot& slot;
};

struct Attempt {
  domain::Ending ending;
  std::string model_version;
};

// Runs the job to its end, whatever that is; blocks as long as the job takes. Throws nothing that is the job's fault: an exception here
// is this machine's trouble, and becomes a transient failure.
Attempt process_job(const domain::ClaimedJob& job, const Workshop& workshop);

}  // namespace darkroom::worker
