// A photo as the input tensor of a model: resized and packed by imaging::pack, then brought into the type and layout that the file asks for.
#pragma once

#include "imaging/pack.h"
#include "inference/engine.h"
#include "inference/recognise.h"

#include <cstddef>
#include <span>
#include <vector>

namespace darkroom::inference {

class PictureInput {
 public:
  PictureInput() = default;
  explicit PictureInput(const Recognised& recognised);

  // Fills the tensor. `pixels` may be a scaled decode of the photo of width x height.
  imaging::Placement fill(const imaging::Pixels& pixels, int width, int height);

  std::span<std::byte> bytes() { return converted_.empty() ? std::as_writable_bytes(std::span(planes_)) : std::span(converted_); }
  std::vector<std::int64_t> shape() const;

  // What a decode of the photo should cover at least: kDecodeBeyondTensor (or -AveragedTensor) times what the tensor shows of it. Nothing where that is the whole photo.
  WantedSize wanted(int width, int height) const;

 private:
  void convert();

  imaging::PackPlan plan_;
  bool nhwc_ = false;
  std::string type_;
  std::vector<float> planes_;         // NCHW
  std::vector<std::byte> converted_;  // empty where the planes are the tensor
};

}  // namespace darkroom::inference
