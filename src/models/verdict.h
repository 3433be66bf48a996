// What trying a version came to, and how the library notes it beside the version, as TOML: its table [recipe] is written as a sidecar is.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/error_codes.h"
#include "domain/model.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::models {

// The end of a trial: an error, or none and a report (none for an engine that makes none).
struct Trial {
  std::optional<Error> error;  // model_unavailable, or model_ambiguous with candidates; unavailable: it was cut short, which says nothing of the version
  std::vector<domain::Candidate> candidates = {};
  std::optional<domain::ModelReport> report = {};

  bool was_cut_short() const { return error && error->code == domain::code::unavailable; }
};

struct Verdict {
  std::string runtime;  // what tried it: another runtime tries it again
  Time at{};
  Trial trial;

  bool passed() const { return !trial.error; }
};

std::string to_text(const Verdict& verdict);
// None when it cannot be read: then the version is tried again.
std::optional<Verdict> read_verdict(std::string_view text);

}  // namespace darkroom::models
