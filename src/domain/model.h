// A model: an engine plus a file, its labels and its recipe, named and versioned by content.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::domain {

enum class EngineKind { onnx, opencv, null };

std::string_view to_string(EngineKind kind);

// How a photo becomes the model's input and the model's output becomes objects. Empty fields take the family's default.
struct Recipe {
  std::string family;  // "yolox"; empty: recognised from the file
  std::optional<double> confidence_threshold;  // 0..1
  std::optional<double> nms_iou;               // 0..1
  std::optional<int> max_detections;
};

struct Model {
  std::string name;     // [a-z0-9][a-z0-9_.-]{0,63}
  EngineKind engine = EngineKind::null;
  std::string version;  // first 12 hex digits of the file's SHA-256; of the built-in ones the release of their parts
  std::string title;    // what people read: "demo detector"
  std::string file;     // path of the .onnx file; empty for the others
  std::vector<std::string> labels;  // by class index; empty: class_0, class_1, ...
  Recipe recipe;
};

}  // namespace darkroom::domain
