#include "inference/onnx_file.h"

#include "domain/error_codes.h"
#include "domain/printable.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace darkroom::inference {
namespace {

constexpr int kDeepest = 64;  // graphs within graphs
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostDomains = 1'000;
constexpr std::size_t kMostMetadata = 4'000'000;  // bytes of metadata_props: the names of 100,000 classes have room

constexpr std::array<std::string_view, 9> kDomains = {"",
                                                      "ai.onnx",
                                                      "ai.onnx.ml",
                                                      "ai.onnx.training",
                                                      "ai.onnx.preview.training",
                                                      "com.microsoft",
                                                      "com.microsoft.nchwc",
                                                      "com.microsoft.experimental",
                                                      "com.ms.internal.nhwc"};

// Numbers of fields in onnx.proto.
namespace model {
constexpr std::uint64_t ir_version = 1, graph = 7, metadata_props = 14, functions = 25;
}
namespace graph {
constexpr std::uint64_t node = 1, initializer = 5, sparse_initializer = 15;
}
namespace node {
constexpr std::uint64_t op_type = 4, attribute = 5, domain = 7;
}
namespace attribute {
constexpr std::uint64_t tensor = 5, graph = 6, tensors = 10, graphs = 11, sparse_tensor = 22;
}
namespace tensor {
constexpr std::uint64_t external_data = 13, data_location = 14;
}
namespace sparse {
constexpr std::uint64_t values = 1, indices = 2;
}
namespace function {
constexpr std::uint64_t node = 7, domain = 10;
}

using Bytes = std::span<const std::uint8_t>;

struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  // of a varint
  Bytes bytes;              // of a length-delimited field
};

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  std::optional<Field> next() {
    if (rest_.empty() || broken_) return std::nullopt;
    std::uint64_t tag = varint();
    Field field{.number = tag >> 3U};
    switch (tag & 7U) {
      case 0: field.value = varint(); break;
      case 1: take(8); break;
      case 2: field.bytes = take(varint()); break;
      case 5: take(4); break;
      default: broken_ = true;
    }
    if (broken_ || field.number == 0) {
      broken_ = true;
      return std::nullopt;
    }
    return field;
  }
  bool broken() const { return broken_; }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      std::uint8_t byte = rest_.front();
      rest_ = rest_.subspan(1);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    broken_ = true;
    return 0;
  }

  Bytes take(std::uint64_t length) {
    if (length > rest_.size()) {
      broken_ = true;
      return {};
    }
    Bytes taken = rest_.first(static_cast<std::size_t>(length));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  Bytes rest_;
  bool broken_ = false;
};

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

class Inspection {
 public:
  // False: the bytes are no such message.
  bool see_model(Bytes bytes) {
    Reader reader(bytes);
    bool versioned = false;
    while (auto field = reader.next()) {
      versioned = versioned || field->number == model::ir_version;
      if (field->number == model::graph && !see_graph(field->bytes, 0)) return false;
      if (field->number == model::metadata_props) metadata_ += field->bytes.size();
      if (field->number == model::functions && !see_function(field->bytes)) return false;
    }
    return !reader.broken() && versioned;
  }

  bool external() const { return external_; }
  bool says_too_much() const { return metadata_ > kMostMetadata; }

  // An operator of a domain that nobody defines; empty: there is none.
  std::string foreign() const {
    for (const auto& [domain, operation] : used_) {
      bool known = std::ranges::find(kDomains, domain) != kDomains.end() || defined_.contains(domain);
      if (!known) return "'" + domain::printable(operation, kLongestName) + "' of the domain '" + domain::printable(domain, kLongestName) + "'";
    }
    return "";
  }

 private:
  bool see_graph(Bytes bytes, int depth) {
    if (depth > kDeepest) return false;
    Reader reader(bytes);
    while (auto field = reader.next()) {
      if (field->number == graph::node && !see_node(field->bytes, depth)) return false;
      if (field->number == graph::initializer && !see_tensor(field->bytes)) return false;
      if (field->number == graph::sparse_initializer && !see_sparse(field->bytes)) return false;
    }
    return !reader.broken();
  }

  bool see_node(Bytes bytes, int depth) {
    Reader reader(bytes);
    std::string domain;
    std::string operation;
    while (auto field = reader.next()) {
      if (field->number == node::op_type) operation = text_of(field->bytes);
      if (field->number == node::domain) domain = text_of(field->bytes);
      if (field->number == node::attribute && !see_attribute(field->bytes, depth)) return false;
    }
    if (used_.size() < kMostDomains) used_.emplace(std::move(domain), std::move(operation));
    return !reader.broken();
  }

  bool see_attribute(Bytes bytes, int depth) {
    Reader reader(bytes);
    while (auto field = reader.next()) {
      bool is_tensor = field->number == attribute::tensor || field->number == attribute::tensors;
      bool is_graph = field->number == attribute::graph || field->number == attribute::graphs;
      if (is_tensor && !see_tensor(field->bytes)) return false;
      if (is_graph && !see_graph(field->bytes, depth + 1)) return false;
      if (field->number == attribute::sparse_tensor && !see_sparse(field->bytes)) return false;
    }
    return !reader.broken();
  }

  bool see_tensor(Bytes bytes) {
    Reader reader(bytes);
    while (auto field = reader.next()) {
      external_ = external_ || field->number == tensor::external_data || (field->number == tensor::data_location && field->value != 0);
    }
    return !reader.broken();
  }

  bool see_sparse(Bytes bytes) {
    Reader reader(bytes);
    while (auto field = reader.next()) {
      if ((field->number == sparse::values || field->number == sparse::indices) && !see_tensor(field->bytes)) return false;
    }
    return !reader.broken();
  }

  bool see_function(Bytes bytes) {
    Reader reader(bytes);
    while (auto field = reader.next()) {
      if (field->number == function::domain) defined_.insert(text_of(field->bytes));
      if (field->number == function::node && !see_node(field->bytes, 0)) return false;
    }
    return !reader.broken();
  }

  bool external_ = false;
  std::size_t metadata_ = 0;
  std::set<std::pair<std::string, std::string>> used_;  // domain, operator
  std::set<std::string> defined_;
};

Error refused(const std::string& why) { return Error{std::string(domain::code::model_unavailable), why}; }

}  // namespace

Result<void> check_file(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return refused("ONNX Runtime cannot load the model: the file is empty.");
  Inspection inspection;
  if (!inspection.see_model(bytes)) return refused("ONNX Runtime cannot load the model: the file is no ONNX model, or it is damaged or cut off.");
  if (inspection.external()) {
    return refused(
        "The model keeps weights in other files (external data), which are not read: save it as one file, with onnx.save_model(model, path).");
  }
  if (inspection.says_too_much()) return refused("The model's metadata (metadata_props) is longer than 4 MB; leave out what does not describe the model.");
  if (std::string foreign = inspection.foreign(); !foreign.empty()) {
    return refused("The model needs the operator " + foreign + ", which ONNX Runtime does not have; libraries of custom operators are not loaded.");
  }
  return {};
}

}  // namespace darkroom::inference
