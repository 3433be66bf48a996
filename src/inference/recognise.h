// Which family a model's file belongs to, told by what its owner says, its metadata, names, types and shapes, and by the numbers that probe
// runs gave. Pure: the engine asks before the first run (to know how to make its input) and after each. Nothing is guessed: where two families
// remain, or none, the file is refused, with what speaks for each.
#pragma once

#include "base/result.h"
#include "domain/model.h"
#include "inference/metadata.h"
#include "inference/read.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace darkroom::inference {

inline constexpr std::int64_t kOpenSize = -1;

struct TensorFacts {
  std::string name;
  std::string type;                  // float32, float16, uint8, int64, ...
  std::vector<std::int64_t> shape;   // negative: open
  std::vector<std::string> symbols;  // beside shape: the name of an open size, or empty
};

// What a file says of itself. Inputs are those that a caller has to give: initialisers do not count.
struct ModelFacts {
  std::vector<TensorFacts> inputs;
  std::vector<TensorFacts> outputs;
  std::string producer;
  std::map<std::string, std::string> metadata;  // as it stands in the file
};

// "images float32[1,3,416,416]"
std::string describe(const TensorFacts& tensor);

// One run on a picture of noise: what each output was.
struct Observation {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};
struct Probe {
  int width = 0;  // of the input tensor
  int height = 0;
  std::map<std::string, Observation> outputs;  // by their names in the file
  // How the picture became the input: its numbers count for families that make it alike, its shapes for all. Nothing: they count for all.
  std::optional<domain::Recipe> recipe = {};
};

// Everything that is needed to run the file and to tell about it.
struct Recognised {
  Reading reading;
  std::string image_input;  // the input that takes the picture
  std::string image_type;   // float32, float16 or uint8
  std::string size_input;   // the input that takes width and height of the photo; empty: there is none
  std::vector<domain::Evidence> evidence;
  std::vector<std::string> warnings;
  std::string licence;
};

struct Recognition {
  std::vector<Recognised> possible;  // exactly one: decided. More: the best first
  std::vector<Recognised> untried;   // that the shapes allow, and whose input no probe run had: they have to be tried first
  Error error;                       // where it is not decided; model_unavailable or model_ambiguous
  std::vector<domain::Candidate> candidates;
};

// `owner` gives the recipe, labels and licence that win over everything in the file. Before the first probe run several may be possible; after it,
// each is judged by the numbers of the run that had its own input.
Recognition recognise(const ModelFacts& facts, const domain::Model& owner, std::span<const Probe> probes);

// Names and symbols of a file are untrusted: cuts every text of a report, or of candidates, to one printable line of bearable length.
void make_printable(domain::ModelReport& report);
void make_printable(std::vector<domain::Candidate>& candidates);

}  // namespace darkroom::inference
