// A recipe: how a photo becomes a model's input, and how the model's output becomes findings. One table of fields serves the sidecar, the runner's
// protocol and the API alike. An empty field takes the family's default; the recipe that a loaded model reports has every field that its family uses.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::domain {

enum class ColourOrder { rgb, bgr };
enum class TensorLayout { nchw, nhwc };
enum class Fit {
  letterbox_top_left,  // keep the ratio, pad right and below (YOLOX)
  letterbox_centre,    // keep the ratio, pad on both sides (YOLOv5 and later)
  stretch,             // both axes on their own
  centre_crop,         // scale the short side to input / crop_share, cut the middle out (classifiers)
  own_aspect,          // keep the ratio and pad nothing: the input, of open sizes, takes that of the photo, at most input_width x input_height
};
enum class Interpolation {
  bilinear,            // between the two nearest pixels, however far a photo is shrunk (OpenCV)
  bilinear_antialias,  // a photo that is shrunk is averaged over all its pixels (Pillow, torchvision)
  bicubic,             // that, too, and with a sharper filter (Pillow, CLIP, most of timm)
};
enum class Activation { none, sigmoid, softmax };  // to be applied to the class scores that the file gives
enum class BoxUnit { pixels, shares };             // of the input; shares of its sides, 0..1, as exports of TensorFlow write them

std::string_view to_string(ColourOrder order);       // rgb, bgr
std::string_view to_string(TensorLayout layout);     // nchw, nhwc
std::string_view to_string(Fit fit);                 // letterbox_top_left, letterbox_centre, stretch, centre_crop, own_aspect
std::string_view to_string(Interpolation interpolation);  // bilinear, bilinear_antialias, bicubic
std::string_view to_string(Activation activation);   // none, sigmoid, softmax
std::string_view to_string(BoxUnit unit);            // pixels, shares
std::optional<ColourOrder> parse_colour_order(std::string_view text);
std::optional<TensorLayout> parse_tensor_layout(std::string_view text);
std::optional<Fit> parse_fit(std::string_view text);
std::optional<Interpolation> parse_interpolation(std::string_view text);
std::optional<Activation> parse_activation(std::string_view text);
std::optional<BoxUnit> parse_box_unit(std::string_view text);

struct Recipe {
  std::string family;                         // how the output is laid out: "yolox", "yolov8", ...; empty: recognised from the file
  std::string task;                           // detect, segment, pose, obb, classify, embed, mask, semantic; empty: recognised
  std::optional<int> input_width;             // pixels; needed where the file leaves its sizes open
  std::optional<int> input_height;
  std::optional<TensorLayout> layout;
  std::optional<ColourOrder> colour;
  std::optional<Fit> fit;
  std::optional<Interpolation> interpolation;
  std::optional<double> crop_share;           // of the short side that centre_crop keeps, 0..1: 224 / 256 = 0.875
  std::optional<double> pad_value;            // 0..255, before mean and scale
  std::optional<std::array<double, 3>> mean;  // of the tensor's channels, in 0..255: value = (pixel - mean) / deviation
  std::optional<std::array<double, 3>> deviation;  // > 0; "std" of the training code times 255
  std::optional<Activation> activation;
  std::optional<BoxUnit> box_unit;             // of yolov5 and yolov8
  std::optional<double> confidence_threshold;  // 0..1
  std::optional<double> nms_iou;               // 0..1
  std::optional<bool> nms_across_classes;      // true: a box suppresses those of other classes, too
  std::optional<int> max_detections;           // 1..10000
  std::optional<int> top_k;                    // classes that a classifier names, 1..1000
  std::optional<int> keypoints;                // of one object, where the task is pose
  std::map<std::string, std::string> outputs;  // role -> name of the file's output, where names do not tell: boxes, scores, labels, prototypes, ...
};

// Calls visit(name, field) for each field in the order above; `recipe` may be const. The one table of names: a codec is an overload set on field types.
template <class AnyRecipe, class Visit>
void for_each_field(AnyRecipe& recipe, Visit&& visit) {
  visit("family", recipe.family);
  visit("task", recipe.task);
  visit("input_width", recipe.input_width);
  visit("input_height", recipe.input_height);
  visit("layout", recipe.layout);
  visit("colour", recipe.colour);
  visit("fit", recipe.fit);
  visit("interpolation", recipe.interpolation);
  visit("crop_share", recipe.crop_share);
  visit("pad_value", recipe.pad_value);
  visit("mean", recipe.mean);
  visit("deviation", recipe.deviation);
  visit("activation", recipe.activation);
  visit("box_unit", recipe.box_unit);
  visit("confidence_threshold", recipe.confidence_threshold);
  visit("nms_iou", recipe.nms_iou);
  visit("nms_across_classes", recipe.nms_across_classes);
  visit("max_detections", recipe.max_detections);
  visit("top_k", recipe.top_k);
  visit("keypoints", recipe.keypoints);
  visit("outputs", recipe.outputs);
}

}  // namespace darkroom::domain
