// How a job lives, in the order of things:
//   claim    store.claim() or store.finish() made it `running` and raised its claim number (store/sql_store_claims.cpp)
//   run      here: the photo is opened, handed to a slot or posted to the model's service, and the ending is taken
//   finish   the worker gives the ending to store.finish(), which checks the fence: if the claim number is no longer ours (the job was
//            given back and claimed again, or deleted), nothing is stored
// A crash, a hang, a killed slot are endings like any other. If this whole process dies, the job stays `running` in the store and the next
// start gives it back (Store::requeue_orphans).
#include "worker/process_job.h"

#include "base/fail_point.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "domain/picture.h"
#include "store/store.h"
#include "worker/result_document.h"

#include <algorithm>
#include <exception>

namespace darkroom::worker {
namespace {

using domain::Failed;

// A machine that is started anew is back within some minutes. Each look leaves an attempt and events: a machine that stays away is looked for less and less.
constexpr std::chrono::seconds kFirstLooks{60};
constexpr std::chrono::seconds kLaterLooks{5 * 60};
constexpr std::int64_t kLooksUntilDoubled = 4;

std::chrono::seconds until_next_look(std::int64_t claims) { return std::min(kFirstLooks * (1 << std::min<std::int64_t>(claims / kLooksUntilDoubled, 4)), kLaterLooks); }

domain::Ending failure(std::string_view code, std::string message, Failed::Kind kind) {
  return Failed{{std::string(code), std::move(message)}, kind};
}

// A runner has decoded untrusted bytes, and a service is someone else's: the answer is checked before it is believed.
domain::Ending take(domain::Outcome outcome, const domain::ClaimedJob& job, const domain::Model& model, std::chrono::microseconds took) {
  if (auto valid = domain::validate(outcome); !valid) return Failed{valid.error(), Failed::Kind::permanent};
  std::string document = result_document(outcome, model, {job.metadata, job.sha256, job.byte_count, took});
  return domain::Succeeded{std::move(outcome), std::move(document)};
}

using AnyEnd = runner::RunEnd;  // of a service, too: it knows no Crashed

AnyEnd use_tool(const domain::ClaimedJob& job, const domain::Model& model, int photo_fd, const Workshop& workshop) {
  bool is_service = model.engine == domain::EngineKind::http;
  auto* const* slot = std::get_if<runner::Slot*>(&workshop.tool);
  // The catalogue lives: between the claim and now, a file of this name may have become a service, or the other way round. The right bench claims it
  // next.
  if (is_service == (slot != nullptr)) return domain::Interrupted{"its model was replaced by one of another engine"};
  if (slot) return (*slot)->run(model, {photo_fd, job.byte_count, workshop.keep_thumbnail ? domain::kThumbnailSide : 0, job.pixel_count});
  remote::RemoteRequest request{photo_fd, job.byte_count, job.sha256, job.public_id, job.image.value, job.metadata, job.priority, workshop.refuse_truncated};
  return std::visit([](auto&& end) -> AnyEnd { return std::move(end); }, std::get<remote::RemoteCall*>(workshop.tool)->run(model, request));
}

domain::Ending run(const domain::ClaimedJob& job, const domain::Model& model, const Workshop& workshop) {
  auto photo = workshop.blobs.open_unless_stopped(job.sha256, workshop.stop);
  if (!photo) {
    // Transient: while an equal photo is being deleted, the file may be away for a moment (see BlobStore::confirm); a disk may come back.
    return failure(domain::code::blob_missing,
                   "The stored photo " + job.sha256.substr(0, 12) + " is not in the data folder. If it does not come back, upload it again.",
                   Failed::Kind::transient);
  }
  fail_point("K9");
  auto begun = std::chrono::steady_clock::now();
  AnyEnd end = use_tool(job, model, photo->get(), workshop);
  auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  if (auto* outcome = std::get_if<domain::Outcome>(&end)) return take(std::move(*outcome), job, model, took);
  if (auto* failed = std::get_if<domain::Failed>(&end)) return *failed;
  if (auto* crashed = std::get_if<domain::Crashed>(&end)) return *crashed;
  return std::get<domain::Interrupted>(end);
}

}  // namespace

Attempt process_job(const domain::ClaimedJob& job, const Workshop& workshop) {
  models::ModelPtr model = workshop.catalogue.find(job.model);
  if (!model) {
    return {failure(domain::code::model_unavailable, "There is no model '" + job.model + "' here. Present: " + workshop.catalogue.names() + ".",
                    Failed::Kind::transient),
            ""};
  }
  try {
    return {run(job, *model, workshop), model->version};
  } catch (const store::StoreUnavailable& error) {
    // To ask where the photo lies takes the database: that it is away is not the photo's fault, and costs no attempt.
    log::warning("attempt broken off", {{"job", job.public_id}, {"cause", error.what()}});
    return {domain::Interrupted{"the database did not answer"}, model->version};
  } catch (const blob::CalledOff&) {
    return {domain::Interrupted{"The run was called off."}, model->version};
  } catch (const blob::Unreachable& error) {
    log::warning("attempt put off", {{"job", job.public_id}, {"cause", error.what()}});
    return {domain::Postponed{{std::string(domain::code::photo_unreachable), "The process that holds the photo does not answer. The job waits until it does."}, until_next_look(job.fence.claim_no)}, model->version};
  } catch (const std::exception& error) {
    log::error("attempt failed", {{"job", job.public_id}, {"cause", error.what()}});
    return {failure(domain::code::internal, "Something broke on the machine that ran this job; its log says what. It is tried again.",
                    Failed::Kind::transient),
            model->version};
  }
}

void keep_thumbnail_of(const domain::ClaimedJob& job, const Workshop& workshop) {
  auto* const* slot = std::get_if<runner::Slot*>(&workshop.tool);
  if (slot == nullptr || !workshop.keep_thumbnail) return;
  try {
    std::string jpeg = (*slot)->take_thumbnail();
    if (!jpeg.empty()) workshop.keep_thumbnail(job.sha256, jpeg);
  } catch (const std::exception& error) {
    log::warning("thumbnail not kept", {{"job", job.public_id}, {"cause", error.what()}});  // a result is worth more; it can be made again
  }
}

}  // namespace darkroom::worker
