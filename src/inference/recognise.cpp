// The shapes that are known, compared with those of a file.
#include "inference/recognise.h"

#include "domain/error_codes.h"
#include "inference/yolox.h"

#include <algorithm>
#include <limits>

namespace darkroom::inference {
namespace {

constexpr std::int64_t kLargestInputSide = 8192;

Error refusal(const std::string& why) { return Error{std::string(domain::code::model_unavailable), why}; }

std::string describe_all(const std::vector<TensorSignature>& tensors) {
  std::string text;
  for (const TensorSignature& tensor : tensors) text += (text.empty() ? "" : ", ") + describe(tensor);
  return text.empty() ? "nothing" : text;
}

bool has_dynamic_shape(const std::vector<TensorSignature>& tensors) {
  return std::ranges::any_of(tensors, [](const TensorSignature& tensor) { return std::ranges::any_of(tensor.shape, [](auto size) { return size < 0; }); });
}

bool is_float_of_rank(const TensorSignature& tensor, std::size_t rank) { return tensor.type == "float32" && tensor.shape.size() == rank; }

}  // namespace

std::int64_t YoloxLayout::anchors() const {
  std::int64_t count = 0;
  for (int stride : kYoloxStrides) count += static_cast<std::int64_t>(width / stride) * (height / stride);
  return count;
}

std::string describe(const TensorSignature& tensor) {
  std::string sizes;
  for (std::int64_t size : tensor.shape) sizes += (sizes.empty() ? "" : ",") + (size < 0 ? std::string("?") : std::to_string(size));
  return tensor.name + " " + tensor.type + "[" + sizes + "]";
}

Result<YoloxLayout> recognise(const ModelSignature& signature, const domain::Recipe& recipe) {
  if (!recipe.family.empty() && recipe.family != "yolox") {
    return refusal("The recipe names the family '" + recipe.family + "'; only yolox is read so far.");
  }
  std::string seen = "The model takes " + describe_all(signature.inputs) + " and gives " + describe_all(signature.outputs);
  if (has_dynamic_shape(signature.inputs) || has_dynamic_shape(signature.outputs)) {
    return refusal(seen + "; sizes that are left open (?) are not supported: export it with fixed sizes and a batch of 1.");
  }
  Error unknown = refusal(seen +
                          "; only YOLOX is read so far: one input float32[1,3,H,W] with sides that are multiples of 32, one output "
                          "float32[1,A,5+classes] with a row for each cell of the grids of stride 8, 16 and 32.");
  if (signature.inputs.size() != 1 || signature.outputs.size() != 1) return unknown;
  const TensorSignature& input = signature.inputs[0];
  const TensorSignature& output = signature.outputs[0];
  if (!is_float_of_rank(input, 4) || !is_float_of_rank(output, 3)) return unknown;
  std::int64_t height = input.shape[2];
  std::int64_t width = input.shape[3];
  auto usable = [](std::int64_t side) { return side >= 32 && side <= kLargestInputSide && side % 32 == 0; };
  if (input.shape[0] != 1 || input.shape[1] != 3 || !usable(height) || !usable(width)) return unknown;

  std::int64_t classes = output.shape[2] - kYoloxBoxFields;
  if (classes < 1 || classes > std::numeric_limits<int>::max()) return unknown;
  YoloxLayout layout{static_cast<int>(width), static_cast<int>(height), static_cast<int>(classes)};
  if (output.shape[0] != 1 || output.shape[1] != layout.anchors()) return unknown;
  return layout;
}

}  // namespace darkroom::inference
