// Files for tests of recognise(): shapes, names and the numbers of a probe run, without a runtime.
#pragma once

#include "inference/recognise.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::inference {

using Shape = std::vector<std::int64_t>;

struct File {
  ModelFacts facts = {{{"images", "float32", {1, 3, 64, 64}, {}}}, {}, "", {}};
  domain::Model owner;
  Probe probe{64, 64, {}};

  File& gives(const std::string& name, const Shape& shape, const std::vector<float>& values = {}) {
    facts.outputs.push_back({name, "float32", shape, {}});
    std::size_t count = 1;
    for (std::int64_t size : shape) count *= static_cast<std::size_t>(size);
    Observation seen{shape, values};
    seen.values.resize(count);
    probe.outputs[name] = std::move(seen);
    return *this;
  }
  Recognition before() const { return recognise(facts, owner, {}); }
  Recognition after() const { return recognise(facts, owner, std::span(&probe, 1)); }
  std::string family() const {
    Recognition answer = after();
    if (answer.possible.size() != 1) return answer.error.code;
    const domain::Recipe& recipe = answer.possible[0].reading.recipe;
    return recipe.family + " " + recipe.task;
  }
};

// A table of `rows` x `columns` with numbers by place.
template <class At>
std::vector<float> table(std::size_t rows, std::size_t columns, At&& at) {
  std::vector<float> values;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) values.push_back(static_cast<float>(at(row, column)));
  }
  return values;
}

// A file with this input, and a probe of its size.
inline File takes(const std::string& type, const Shape& shape) {
  File file;
  file.facts.inputs = {{"input", type, shape, {}}};
  bool nchw = shape[1] == 3;
  file.probe.height = static_cast<int>(shape[nchw ? 2 : 1]);
  file.probe.width = static_cast<int>(shape[nchw ? 3 : 2]);
  return file;
}

// Logits, or an embedding of no certain length.
inline File answers(File file, const std::string& name, std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7) - 2.5F;
  return file.gives(name, {1, size}, values);
}

}  // namespace darkroom::inference
