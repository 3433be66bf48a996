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

  // Of the last fill; before the first, of the largest tensor that there may be.
  std::span<std::byte> bytes();
  std::vector<std::int64_t> shape() const;
  int width() const { return plan_.width; }
  int height() const { return plan_.height; }
  bool takes_any_size() const { return plan_.fit == domain::Fit::own_aspect; }

  // What a decode of the photo should cover at least: kDecodeBeyondTensor (or -AveragedTensor) times what the tensor shows of it. Nothing where that is the whole photo.
  WantedSize wanted(int width, int height) const;

 private:
  struct Sides {
    int width = 0;
    int height = 0;
  };
  Sides sides_for(int width, int height) const;
  std::size_t count() const;  // of the tensor's numbers
  void convert();

  imaging::PackPlan plan_;
  Sides most_;
  bool nhwc_ = false;
  std::string type_;
  std::vector<float> planes_;         // NCHW
  std::vector<std::byte> converted_;  // empty where the planes are the tensor
};

}  // namespace darkroom::inference
