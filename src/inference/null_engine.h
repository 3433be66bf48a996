// Finds nothing, and does not decode: for measuring what the system itself costs.
#pragma once

#include "inference/engine.h"

namespace darkroom::inference {

class NullEngine final : public Engine {
 public:
  void open() override {}
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }
  bool needs_pixels() const override { return false; }
  WantedSize wanted(int, int) const override { return {}; }
  Result<domain::Findings> detect(const imaging::Pixels&, const domain::ImageInfo&, domain::StageTimings&) override {
    return domain::Findings{};
  }
  void interrupt() noexcept override {}
  void rearm() noexcept override {}
  std::string name() const override { return "null"; }
  std::string version() const override { return "1"; }
};

}  // namespace darkroom::inference
