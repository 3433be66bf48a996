// What each way to stop waiting for a child means for its job.
#include "runner/pool/job_run.h"

#include "domain/error_codes.h"
#include "runner/pool/patience.h"
#include "runner/pool/wait_status.h"

namespace darkroom::runner {
namespace {

// A child whose socket is closed should be gone within a moment.
constexpr std::chrono::milliseconds kDyingPatience{1'000};

Error error(std::string_view code, std::string message) { return Error{std::string(code), std::move(message)}; }

AnyEnd end_of_silent_child(Child& child, const RunContext& context) {
  if (!child.process.has_ended(kDyingPatience)) {
    return domain::Crashed{error(domain::code::decoder_crash, "The runner hung up in the middle of this photo.")};
  }
  return std::visit([](auto end) -> AnyEnd { return end; }, end_of_dead_child(context.zygote.exit_status(child)));
}

AnyEnd nonsense(const std::string& why) {
  return domain::Failed{error(domain::code::model_output, why), domain::Failed::Kind::permanent};
}

AnyEnd called_off() { return domain::Interrupted{"The run was called off."}; }

AnyEnd timed_out(const Patience& patience, const RunContext& context) {
  std::string message = "Processing this photo took longer than the hard limit of " + in_seconds(context.limits.hard) + " and was killed.";
  if (patience.is_decoding_too_costly()) {
    message = "Decoding this photo took more processor time than is allowed (photo.decode_seconds) and was killed.";
  }
  return domain::Crashed{error(domain::code::timeout, std::move(message))};
}

// None: the child is not done yet.
std::optional<JobRun> read_answer(Child& child, const Job& job, const domain::Model& model, Patience& patience) {
  Result<ChildMessage> message = decode_child_message(child.reader.take_body());
  if (!message) return JobRun{nonsense(message.error().message)};
  if (std::holds_alternative<Decoded>(*message) && patience.take_decoded()) return std::nullopt;
  if (auto* rendered = std::get_if<Rendered>(&*message); rendered != nullptr && job.render) {
    return JobRun{std::move(rendered->picture), ChildIs::good};
  }
  if (auto* done = std::get_if<Done>(&*message); done != nullptr && !job.render && (job.thumbnail_side > 0 || !done->thumbnail_follows)) {
    child.owes_thumbnail = done->thumbnail_follows;
    done->outcome.engine = domain::to_string(model.engine);
    done->outcome.recipe = child.report->recipe;
    return JobRun{std::move(done->outcome), ChildIs::good};
  }
  if (auto* failed = std::get_if<domain::Failed>(&*message)) {
    // After an allocation failed nobody knows how much memory a library still holds.
    bool lean = failed->error.code != domain::code::memory_limit;
    return JobRun{std::move(*failed), lean ? ChildIs::good : ChildIs::used_up};
  }
  return JobRun{nonsense("The runner answered out of turn.")};
}

// A child that has told its result has decoded the photo, so that scaling and encoding one small picture is all that is left to it.
constexpr domain::RunLimits kForThumbnail{.soft = std::chrono::seconds(10), .hard = std::chrono::seconds(10)};

}  // namespace

std::optional<std::string> await_thumbnail(Child& child, int call_off) {
  child.owes_thumbnail = false;
  if (Patience(child, kForThumbnail, call_off).wait() != Waited::frame) return std::nullopt;
  Result<ChildMessage> message = decode_child_message(child.reader.take_body());
  if (!message || !std::holds_alternative<Thumbnail>(*message)) return std::nullopt;
  return std::move(std::get<Thumbnail>(*message).jpeg);
}

std::optional<AnyEnd> await_warm(Child& child, const RunContext& context) {
  auto unavailable = [](const std::string& why) {
    return domain::Failed{error(domain::code::model_unavailable, why), domain::Failed::Kind::transient};
  };
  switch (Patience(child, context.limits, context.call_off).wait()) {
    case Waited::frame: break;
    case Waited::called_off: return called_off();
    case Waited::nonsense: return nonsense("The runner said more than is allowed.");
    case Waited::too_late: return unavailable("The model's first run took longer than " + in_seconds(context.limits.hard) + ".");
    case Waited::ended: {
      if (!child.process.has_ended(kDyingPatience)) return unavailable("The runner hung up before its first photo.");
      std::optional<int> status = context.zygote.exit_status(child);
      if (status && is_own_doing(*status)) return unavailable("The model crashes before its first photo (" + describe_status(*status) + ").");
      return domain::Interrupted{"The runner was gone before its first photo."};
    }
  }
  Result<ChildMessage> message = decode_child_message(child.reader.take_body());
  if (message && std::holds_alternative<Warm>(*message)) return std::nullopt;
  return nonsense("The runner answered out of turn.");
}

JobRun run_job(Child& child, const Job& job, int photo_fd, const RunContext& context) {
  std::string told = encode(ServerMessage(job));
  if (told.size() > kLargestFrame) {
    Error error{std::string(domain::code::too_large), "What shall be drawn over the photo is longer than 16 MB; draw fewer marks."};
    return {domain::Failed{std::move(error), domain::Failed::Kind::permanent}, ChildIs::good};
  }
  Patience patience(child, context.limits, context.call_off);
  patience.bound_decoding(context.decode_budget);
  // A child that cannot be written to has died, which the wait finds out.
  send_frame(child.jobs.get(), told, photo_fd);
  while (true) {
    switch (patience.wait()) {
      case Waited::frame:
        if (std::optional<JobRun> run = read_answer(child, job, context.zygote.model(), patience)) return std::move(*run);
        break;
      case Waited::ended: return {end_of_silent_child(child, context)};
      case Waited::nonsense: return {nonsense("The runner said more than is allowed.")};
      case Waited::called_off: return {called_off()};
      case Waited::too_late: return {timed_out(patience, context)};
    }
  }
}

}  // namespace darkroom::runner
