// What an exporter has written beside the graph (ModelProto.metadata_props), understood. It is a claim of an untrusted file: shapes have to agree.
#pragma once

#include "domain/recipe.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::inference {

struct Metadata {
  std::map<std::string, std::string> lines;  // key -> value, printable and shortened: for people
  std::string task;                          // detect, segment, pose, obb, classify; empty: not said
  std::string head;                          // the class of the network's last part: Detect, RTDETRDecoder, ...
  std::string description;                   // "Ultralytics YOLO11n model trained on coco8.yaml"
  std::string licence;                       // "AGPL-3.0"
  std::vector<std::string> names;            // by class index; an index that is left out has an empty name
  std::optional<int> input_height;           // imgsz, or input_size
  std::optional<int> input_width;
  std::optional<bool> end2end;         // the model answers each thing once
  bool nms = false;                    // suppression is part of the graph
  std::optional<int> keypoints;        // kpt_shape
  std::optional<int> keypoint_fields;  // 2 or 3
  domain::Recipe preparation;          // mean, deviation, crop_share and interpolation, as timm and others name them; mean, deviation and colour by ONNX
  bool says_range = false;             // mean and deviation are those of Image.NominalPixelRange
  bool of_ultralytics = false;         // its author, description or set of keys says so

  bool says_scale() const { return preparation.mean && preparation.deviation; }
};

// `raw` as it stands in the file. A value that cannot be parsed counts as not said.
Metadata read_metadata(const std::map<std::string, std::string>& raw);

}  // namespace darkroom::inference
