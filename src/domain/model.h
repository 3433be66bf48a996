// A model: an engine plus a file, its labels and its recipe, named and versioned by content.
#pragma once

#include "base/result.h"
#include "domain/recipe.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::domain {

enum class EngineKind {
  onnx,
  opencv,
  http,     // a service of someone else's, called from the worker's own process: no runner is started for it
  preview,  // no model: turns photos into thumbnails, previews and overlays
  null,     // finds nothing; for measuring
};

std::string_view to_string(EngineKind kind);
std::optional<EngineKind> parse_engine_kind(std::string_view text);

// Where a model of engine `http` answers.
struct RemoteService {
  std::string url;                            // http:// or https://, from the model's TOML, never from a request
  std::chrono::milliseconds timeout{120'000};  // of one request in all
  int concurrency = 1;                        // requests at a time from one process, 1..256
  std::map<std::string, std::string> headers;  // sent along, such as Authorization
};

struct Model {
  std::string name;     // [a-z0-9][a-z0-9_.-]{0,63}
  EngineKind engine = EngineKind::null;
  std::string version;  // first 12 hex digits of the SHA-256 of the file and of what was said about it (labels, sidecar); of the built-in ones the release of their parts
  std::string title;    // what people read: "demo detector"
  std::string file;     // path of the .onnx file; empty for the others
  std::vector<std::string> labels;  // by class index, where they are given beside the file; empty: those in the file, or class_0, class_1, ...
  Recipe recipe;        // what its owner says; empty fields are recognised
  std::string licence;  // as its owner says; empty: what the file says
  std::optional<RemoteService> remote;
  std::string file_hash;  // SHA-256 of the file, 64 hex digits; empty where there is none
};

// One thing that was found out about a model, and from what.
struct Evidence {
  std::string about;    // a field of the recipe, or "labels", "licence"
  std::string value;    // "yolov8"
  std::string because;  // "metadata task = detect; output0 float32[1,84,8400]: 84 = 4 + 80 classes, 8400 = the cells of strides 8, 16, 32"
};

// What a model's file turned out to be, once it was loaded and tried in its sandbox. Everything in it comes from an untrusted file: texts are one printable line each.
struct ModelReport {
  Recipe recipe;                     // complete: what will be done
  std::vector<std::string> labels;   // by class index; what results will say
  std::vector<Evidence> evidence;
  std::vector<std::string> inputs;   // "images float32[1,3,640,640]"
  std::vector<std::string> outputs;
  std::map<std::string, std::string> metadata;  // of the file, shortened: author, description, stride, ...
  std::string licence;               // "AGPL-3.0"; empty: not known
  std::vector<std::string> warnings;  // "its licence, AGPL-3.0, asks for ..."
  std::int64_t load_micros = 0;
  std::int64_t run_micros = 0;       // of one probe run
};

// A file that could be read in more than one way, or in none: the families that were considered, each with what speaks for and against it.
struct Candidate {
  std::string family;
  std::string task;
  std::string because;
};

// Refuses a report that no honest runner makes: counts and lengths out of bounds, texts that are not printable UTF-8. Error code: model_unavailable.
Result<void> validate(const ModelReport& report);

}  // namespace darkroom::domain
