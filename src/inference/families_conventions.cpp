// The numbers are those of the reference code of each family: Megvii's YOLOX demo, Ultralytics' predict, the demos of RT-DETR and UltraFace, the
// evaluation code of torchvision, CLIP's preprocessing, rembg for U2Net.
#include "inference/families_conventions.h"

#include "inference/families.h"

#include <algorithm>
#include <vector>

namespace darkroom::inference {
namespace {

using domain::ColourOrder;
using domain::Fit;
using domain::Interpolation;
using domain::Recipe;
using Three = std::array<double, 3>;

constexpr Three kNothing = {0, 0, 0};
constexpr Three kPixels = {1, 1, 1};        // as they are, 0..255
constexpr Three kShares = {255, 255, 255};  // to 0..1
constexpr Three kImageNetMean = {0.485 * 255, 0.456 * 255, 0.406 * 255};
constexpr Three kImageNetDeviation = {0.229 * 255, 0.224 * 255, 0.225 * 255};
constexpr Three kClipMean = {0.48145466 * 255, 0.4578275 * 255, 0.40821073 * 255};
constexpr Three kClipDeviation = {0.26862954 * 255, 0.26130258 * 255, 0.27577711 * 255};
constexpr double kPad = 114;
constexpr int kMostDetections = 300;

Recipe input(int width, int height, Fit fit, const Three& mean, const Three& deviation) {
  Recipe recipe;
  if (width > 0) recipe.input_width = width;
  if (height > 0) recipe.input_height = height;
  recipe.colour = ColourOrder::rgb;
  recipe.fit = fit;
  recipe.interpolation = Interpolation::bilinear;
  recipe.mean = mean;
  recipe.deviation = deviation;
  if (fit == Fit::letterbox_centre || fit == Fit::letterbox_top_left) recipe.pad_value = kPad;
  return recipe;
}

Recipe answering(Recipe recipe, double confidence) {
  recipe.confidence_threshold = confidence;
  recipe.max_detections = kMostDetections;
  return recipe;
}

Recipe suppressing(Recipe recipe, double confidence, double overlap) {
  recipe = answering(std::move(recipe), confidence);
  recipe.nms_iou = overlap;
  recipe.nms_across_classes = false;
  return recipe;
}

Recipe yolox() {
  Recipe recipe = suppressing(input(640, 640, Fit::letterbox_top_left, kNothing, kPixels), 0.30, 0.45);
  recipe.colour = ColourOrder::bgr;
  recipe.nms_across_classes = true;
  return recipe;
}

// Their code opens a photo with Pillow and resizes it by torchvision.
Recipe rtdetr() {
  Recipe recipe = answering(input(640, 640, Fit::stretch, kNothing, kShares), 0.60);
  recipe.interpolation = Interpolation::bilinear_antialias;
  return recipe;
}

// The photo as it is, up to a size beyond which none of them sees more.
Recipe ssd_open() {
  Recipe recipe = answering(input(1024, 1024, Fit::own_aspect, kNothing, kPixels), 0.50);
  recipe.interpolation = Interpolation::bilinear_antialias;
  return recipe;
}

// Both write their boxes in pixels, save for exports of TensorFlow.
Recipe yolo(double overlap) {
  Recipe recipe = suppressing(input(640, 640, Fit::letterbox_centre, kNothing, kShares), 0.25, overlap);
  recipe.box_unit = domain::BoxUnit::pixels;
  return recipe;
}

Recipe cropped(int side, double share, Interpolation interpolation, const Three& mean, const Three& deviation) {
  Recipe recipe = input(side, side, Fit::centre_crop, mean, deviation);
  recipe.interpolation = interpolation;
  recipe.crop_share = share;
  return recipe;
}

Recipe classifier(double share, Interpolation interpolation, const Three& mean, const Three& deviation) {
  Recipe recipe = cropped(224, share, interpolation, mean, deviation);
  recipe.top_k = 5;
  return recipe;
}

Recipe u2net() {
  Recipe recipe = input(320, 320, Fit::stretch, kImageNetMean, kImageNetDeviation);
  recipe.confidence_threshold = 0.5;
  return recipe;
}

const std::vector<Convention>& conventions() {
  static const std::vector<Convention> all = {
      {"yolox", "Megvii's YOLOX", yolox()},
      {"yolov8", "Ultralytics", yolo(0.70)},
      {"yolov5", "Ultralytics' YOLOv5", yolo(0.45)},
      {"yolo_end2end", "Ultralytics", answering(input(640, 640, Fit::letterbox_centre, kNothing, kShares), 0.25)},
      {"rtdetr", "the authors of RT-DETR", rtdetr()},
      {"rtdetr_ultralytics", "Ultralytics", answering(input(640, 640, Fit::stretch, kNothing, kShares), 0.25)},
      {"ssd", "TensorFlow's detection models", answering(input(0, 0, Fit::stretch, kNothing, kPixels), 0.50)},
      {"ssd_open", "TensorFlow's detection models, which resize inside", ssd_open()},
      {"ultraface", "UltraFace", suppressing(input(320, 240, Fit::stretch, {127, 127, 127}, {128, 128, 128}), 0.70, 0.30)},
      {"classifier", "torchvision and timm (ImageNet)", classifier(0.875, Interpolation::bilinear_antialias, kImageNetMean, kImageNetDeviation)},
      {"classifier_ultralytics", "Ultralytics' classifiers", classifier(1.0, Interpolation::bilinear_antialias, kNothing, kShares)},
      {"classifier_pixels", "classifiers that take bytes", classifier(0.875, Interpolation::bilinear, kNothing, kPixels)},
      {"clip", "CLIP", cropped(224, 1.0, Interpolation::bicubic, kClipMean, kClipDeviation)},
      {"u2net", "U2Net (its x / max(x) taken as x / 255)", u2net()},
      {"semantic", "segmentation models trained with ImageNet's mean and deviation", input(0, 0, Fit::stretch, kImageNetMean, kImageNetDeviation)}};
  return all;
}

}  // namespace

const Convention* find_convention(std::string_view name) {
  auto found = std::ranges::find(conventions(), name, &Convention::name);
  return found == conventions().end() ? nullptr : &*found;
}

bool is_family(std::string_view name) {
  return find_convention(name) != nullptr && !name.starts_with("classifier_") && name != "ssd_open";
}

std::string family_names() {
  std::string names;
  for (const Convention& one : conventions()) {
    if (is_family(one.name)) names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  return names;
}

}  // namespace darkroom::inference
