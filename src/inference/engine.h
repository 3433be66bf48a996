// A way to run a model on one photo. One engine lives in a zygote and, copied by fork, in each of its slots.
#pragma once

#include "base/result.h"
#include "domain/model.h"
#include "domain/outcome.h"
#include "imaging/pixels.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace darkroom::inference {

struct WantedSize {
  int width = 0;  // the upright picture should cover this; zero: full size
  int height = 0;
};

// A decode of a photo should be this much larger than what a tensor shows of it, so that scaling it down has something to average: at the same size, what is
// found near the threshold depends on where the pixels happen to lie (bench/decode.py compares the finds).
inline constexpr double kDecodeBeyondTensor = 4.0 / 3.0;
// The same for interpolations that average over all pixels: from a decode of twice the size they come out as from a full one, but for a level or two.
inline constexpr double kDecodeBeyondAveragedTensor = 2;

// For the stages of a job and the probe of a model.
inline std::int64_t micros_between(std::chrono::steady_clock::time_point start, std::chrono::steady_clock::time_point end) {
  return std::chrono::duration_cast<std::chrono::microseconds>(end - start).count();
}

class Engine {
 public:
  virtual ~Engine() = default;

  // Step 1, before the wall: whatever must read files of the system (ORT's environment, cascades). Throws when it cannot.
  virtual void open() = 0;
  // Step 2, behind the wall: the model from its bytes (empty for built-in detectors). Errors: model_unavailable, with the reason; model_ambiguous, when the
  // file could be read in more than one way, or in none that is known.
  virtual Result<void> load(std::span<const std::uint8_t> model_bytes) = 0;

  virtual bool needs_pixels() const { return true; }  // false: the photo is passed but not decoded (null engine)
  virtual WantedSize wanted(int upright_width, int upright_height) const = 0;

  // `pixels` may be a scaled decode of the photo; info.width x info.height is the full upright size, in which boxes are answered.
  // Fills timings prepare, infer and post. Errors: model_output, timeout (interrupted), memory_limit.
  virtual Result<domain::Findings> detect(const imaging::Pixels& pixels, const domain::ImageInfo& info, domain::StageTimings& timings) = 0;

  // Asks a running detect() to stop, and the next one to stop at once. Called from a signal handler: async-signal-safe.
  // Engines that cannot stop ignore it.
  virtual void interrupt() noexcept = 0;
  // Forgets an interrupt that came too late; called before each job.
  virtual void rearm() noexcept = 0;

  // After load(): what the file turned out to be. After a load() that failed with model_ambiguous: what it could be.
  virtual domain::ModelReport report() const { return {}; }
  virtual std::vector<domain::Candidate> candidates() const { return {}; }

  virtual std::string name() const = 0;     // "onnx"
  virtual std::string version() const = 0;  // "1.27.0"
};

// Engines on large libraries live in modules beside the program (libdarkroom_engine_onnx.so), so that a runner pays only for the one
// it uses. Throws when the module cannot be opened.
std::unique_ptr<Engine> make_engine(const domain::Model& model);

}  // namespace darkroom::inference
