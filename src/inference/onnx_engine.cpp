// ONNX Runtime with one thread: a session is made once in the zygote, behind its wall, and copied by fork. A pool of threads would not
// survive the fork, and slots, not threads, are what fills the cores.
//
// Loading: look at the file (onnx_file.h), make the session, ask recognise() what it could be, run it on a picture of noise, as each family that it
// could be would have it, ask again with the numbers that came out, and read one whole answer, so that a model that answers nonsense never gets a
// photo.
#include "inference/onnx_engine.h"

#include "domain/error_codes.h"
#include "domain/printable.h"
#include "inference/families.h"
#include "inference/onnx_file.h"
#include "inference/onnx_input.h"
#include "inference/onnx_numbers.h"
#include "inference/onnx_words.h"
#include "inference/probe_picture.h"
#include "inference/recognise.h"

#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <map>
#include <numeric>
#include <optional>

namespace darkroom::inference {
namespace {

// Errors come back as exceptions. Logging them besides would read the time zone's file, which the wall forbids.
constexpr OrtLoggingLevel kLogging = ORT_LOGGING_LEVEL_FATAL;
constexpr int kExtendAsRequested = 1;  // of the arena: grow by what is asked for, not to the next power of two
constexpr const char* kShrinkArena = "memory.enable_memory_arena_shrinkage";
constexpr std::size_t kMostTensors = 200;
constexpr std::size_t kLongestMessage = 2'000;
constexpr float kNear = 1e-3F;
constexpr std::size_t kMostProbes = 8;  // more than there are ways to make an input

using SteadyClock = std::chrono::steady_clock;

Error error(std::string_view code, const std::string& message) { return Error{std::string(code), message}; }

struct ElementType {
  ONNXTensorElementDataType type;
  const char* name;
};
constexpr std::array kElementTypes = {
    ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, "float32"},  ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, "float16"},
    ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, "float64"}, ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, "uint8"},
    ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, "int8"},      ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16, "int16"},
    ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16, "uint16"},  ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, "int32"},
    ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, "uint32"},  ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, "int64"},
    ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64, "uint64"},  ElementType{ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, "bool"}};

std::string type_name(ONNXTensorElementDataType type) {
  const auto* found = std::ranges::find(kElementTypes, type, &ElementType::type);
  return found == kElementTypes.end() ? "type " + std::to_string(static_cast<int>(type)) : found->name;
}

TensorFacts facts_of(std::string name, const Ort::TypeInfo& info) {
  if (info.GetONNXType() != ONNX_TYPE_TENSOR) return {std::move(name), "no tensor", {}, {}};
  auto tensor = info.GetTensorTypeAndShapeInfo();
  TensorFacts facts{std::move(name), type_name(tensor.GetElementType()), tensor.GetShape(), {}};
  std::vector<const char*> symbols(facts.shape.size());
  tensor.GetSymbolicDimensions(symbols.data(), symbols.size());
  for (const char* symbol : symbols) facts.symbols.emplace_back(symbol == nullptr ? "" : symbol);
  return facts;
}

ModelFacts facts_of(const Ort::Session& session) {
  Ort::AllocatorWithDefaultOptions allocator;
  ModelFacts facts;
  for (std::size_t i = 0; i < std::min(session.GetInputCount(), kMostTensors); ++i) {
    facts.inputs.push_back(facts_of(session.GetInputNameAllocated(i, allocator).get(), session.GetInputTypeInfo(i)));
  }
  for (std::size_t i = 0; i < std::min(session.GetOutputCount(), kMostTensors); ++i) {
    facts.outputs.push_back(facts_of(session.GetOutputNameAllocated(i, allocator).get(), session.GetOutputTypeInfo(i)));
  }
  Ort::ModelMetadata metadata = session.GetModelMetadata();
  facts.producer = metadata.GetProducerNameAllocated(allocator).get();
  for (const Ort::AllocatedStringPtr& key : metadata.GetCustomMetadataMapKeysAllocated(allocator)) {
    Ort::AllocatedStringPtr value = metadata.LookupCustomMetadataMapAllocated(key.get(), allocator);
    if (value) facts.metadata[key.get()] = value.get();
  }
  return facts;
}

Ort::SessionOptions session_options() {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  options.SetExecutionMode(ORT_SEQUENTIAL);
  options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  options.SetLogSeverityLevel(kLogging);
  options.AddConfigEntry("session.use_env_allocators", "1");
  options.DisableMemPattern();  // its one large block would stand beside what the first run has taken
  return options;
}

// Sets a flag that a run looks at between its nodes; safe in a signal handler.
void stop_run(OrtRunOptions* options) noexcept {
  OrtStatus* never_fails = Ort::GetApi().RunOptionsSetTerminate(options);
  static_cast<void>(never_fails);
}

// The tensors of one way to run a session. Memory of our own stands under them, and is reused from photo to photo.
class Tensors {
 public:
  Tensors() = default;

  Tensors(const Recognised& recognised, const std::vector<TensorFacts>& outputs, const Ort::MemoryInfo& memory) : memory_(&memory), picture_(recognised) {
    input_names_.push_back(recognised.image_input);
    if (!recognised.size_input.empty()) input_names_.push_back(recognised.size_input);
    type_ = element_type(recognised.image_type);
    inputs_.push_back(picture_tensor());
    if (input_names_.size() > 1)
      inputs_.push_back(Ort::Value::CreateTensor<std::int64_t>(memory, photo_size_.data(), photo_size_.size(), kSizeShape.data(), kSizeShape.size()));
    for (const TensorFacts& output : outputs) output_names_.push_back(output.name);
    numbers_.resize(outputs.size());
  }
  // A tensor points into its own memory.
  Tensors(const Tensors&) = delete;
  Tensors& operator=(const Tensors&) = delete;

  imaging::Placement fill(const imaging::Pixels& pixels, int width, int height) {
    photo_size_ = {width, height};
    imaging::Placement placement = picture_.fill(pixels, width, height);
    if (picture_.takes_any_size()) inputs_[0] = picture_tensor();
    return placement;
  }

  // Throws Ort::Exception.
  void run(Ort::Session& session, const Ort::RunOptions& options) {
    outputs_.clear();  // before the run, which may take the same memory
    std::vector<const char*> inputs = pointers(input_names_);
    std::vector<const char*> outputs = pointers(output_names_);
    outputs_ = session.Run(options, inputs.data(), inputs_.data(), inputs_.size(), outputs.data(), outputs.size());
  }

  // Of the last run. Numbers of a type that is not read come as none.
  TensorView output(std::size_t index) {
    Ort::Value& value = outputs_[index];
    if (!value.IsTensor()) return {};
    auto info = value.GetTensorTypeAndShapeInfo();
    std::size_t count = info.GetElementCount();
    if (info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) return {info.GetShape(), std::span(value.GetTensorData<float>(), count)};
    std::string type = type_name(info.GetElementType());
    if (size_of_number(type) != 0) to_floats(type, value.GetTensorRawData(), count, numbers_[index]);
    return {info.GetShape(), numbers_[index]};
  }

  const PictureInput& picture() const { return picture_; }
  const std::vector<std::string>& output_names() const { return output_names_; }

 private:
  static constexpr std::array<std::int64_t, 2> kSizeShape = {1, 2};

  static ONNXTensorElementDataType element_type(std::string_view type) {
    if (type == "uint8") return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
    return type == "float16" ? ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }
  Ort::Value picture_tensor() {
    std::span<std::byte> bytes = picture_.bytes();
    std::vector<std::int64_t> shape = picture_.shape();
    return Ort::Value::CreateTensor(*memory_, bytes.data(), bytes.size(), shape.data(), shape.size(), type_);
  }
  static std::vector<const char*> pointers(const std::vector<std::string>& names) {
    std::vector<const char*> all;
    for (const std::string& name : names) all.push_back(name.c_str());
    return all;
  }

  const Ort::MemoryInfo* memory_ = nullptr;
  ONNXTensorElementDataType type_ = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  PictureInput picture_;
  std::array<std::int64_t, 2> photo_size_{};
  std::vector<std::string> input_names_;
  std::vector<std::string> output_names_;
  std::vector<Ort::Value> inputs_;
  std::vector<Ort::Value> outputs_;
  std::vector<std::vector<float>> numbers_;  // of outputs that are no float32
};

class OnnxEngine final : public Engine {
 public:
  explicit OnnxEngine(const domain::Model& model) : model_(model) {}

  void open() override {
    env_.emplace(kLogging, "darkroom");
    env_->DisableTelemetryEvents();
    Ort::ArenaCfg arena(0, kExtendAsRequested, -1, -1);
    env_->CreateAndRegisterAllocator(memory_, arena);
    run_options_.emplace();
    run_options_->SetRunLogSeverityLevel(kLogging);
  }

  Result<void> load(std::span<const std::uint8_t> model_bytes) override {
    if (Result<void> sound = check_file(model_bytes); !sound) return sound;
    SteadyClock::time_point start = SteadyClock::now();
    try {
      session_.emplace(*env_, model_bytes.data(), model_bytes.size(), session_options());
      facts_ = facts_of(*session_);
    } catch (const Ort::Exception& broken) {
      return error(domain::code::model_unavailable, why_not_loaded(broken.what(), version()));
    }
    report_.load_micros = micros_between(start, SteadyClock::now());
    try {
      if (Result<void> known = find_family(); !known) return known;
      return prove();
    } catch (const Ort::Exception& broken) {
      return error(domain::code::model_unavailable, "The model failed on a probe run: " + in_one_sentence(broken.what()));
    }
  }

  WantedSize wanted(int upright_width, int upright_height) const override { return tensors_->picture().wanted(upright_width, upright_height); }

  Result<domain::Findings> detect(const imaging::Pixels& pixels, const domain::ImageInfo& info, domain::StageTimings& timings) override {
    SteadyClock::time_point start = SteadyClock::now();
    PhotoFrame frame{info.width, info.height, fill(pixels, info.width, info.height)};
    SteadyClock::time_point packed = SteadyClock::now();
    if (Result<void> ran = run(); !ran) return ran.error();
    SteadyClock::time_point inferred = SteadyClock::now();
    Result<domain::Findings> found = read(frame);
    timings.prepare = micros_between(start, packed);
    timings.infer = micros_between(packed, inferred);
    timings.post = micros_between(inferred, SteadyClock::now());
    return found;
  }

  void interrupt() noexcept override {
    interrupted_ = 1;
    if (run_options_) stop_run(*run_options_);
  }
  void rearm() noexcept override {
    interrupted_ = 0;
    if (run_options_) run_options_->UnsetTerminate();
  }

  domain::ModelReport report() const override { return report_; }
  std::vector<domain::Candidate> candidates() const override { return candidates_; }
  std::string name() const override { return "onnx"; }
  std::string version() const override { return Ort::GetVersionString(); }

 private:
  // A run for each way in which a family that the file may be of would make its input: what the others made of it tells nothing.
  Result<void> find_family() {
    std::vector<Probe> probes;
    Recognition answer = recognise(facts_, model_, probes);
    std::vector<Recognised> untried = answer.possible;
    while (!untried.empty() && probes.size() < kMostProbes) {
      probes.push_back(try_out(untried.front()));
      answer = recognise(facts_, model_, probes);
      untried = std::move(answer.untried);
    }
    if (answer.possible.size() != 1) return give_up(answer);
    recognised_ = std::move(answer.possible.front());
    return {};
  }

  Result<void> give_up(Recognition& answer) {
    candidates_ = std::move(answer.candidates);
    make_printable(candidates_);
    return error(answer.error.code, domain::printable(answer.error.message, kLongestMessage));
  }

  // Every output, on a picture of noise. What the arena took for it is given back, so that it is not copied into each slot.
  Probe try_out(const Recognised& guess) {
    std::vector<TensorFacts> outputs;
    std::ranges::copy_if(facts_.outputs, std::back_inserter(outputs), [](const TensorFacts& one) { return size_of_number(one.type) != 0; });
    Tensors tensors(guess, outputs, memory_);
    Probe probe{guess.reading.input_width, guess.reading.input_height, {}, guess.reading.recipe};
    probe.outputs = look(tensors, outputs, probe_picture(probe.width, probe.height));
    if (guess.reading.recipe.family == "classifier") look_for_logits(tensors, outputs, probe);
    return probe;
  }

  using Observations = std::map<std::string, Observation>;

  Observations look(Tensors& tensors, const std::vector<TensorFacts>& outputs, const imaging::Pixels& picture) {
    tensors.fill(picture, picture.width, picture.height);
    tensors.run(*session_, probe_options());
    Observations seen;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      TensorView view = tensors.output(i);
      seen[outputs[i].name] = {std::move(view.shape), {view.values.begin(), view.values.end()}};
    }
    return seen;
  }

  // Small logits may all lie in 0..1 by chance: those of a plain picture that do not are told in their place. What adds up to 1 is no chance.
  void look_for_logits(Tensors& tensors, const std::vector<TensorFacts>& outputs, Probe& probe) {
    auto may_be_scores = [](const Observation& seen) {
      return !seen.values.empty() && range_of(seen.values).scores() && std::abs(std::accumulate(seen.values.begin(), seen.values.end(), -1.0F)) > kNear;
    };
    for (int number = 0; number < kPlainPictures; ++number) {
      if (std::ranges::none_of(probe.outputs, [&](const auto& output) { return may_be_scores(output.second); })) return;
      for (auto& [name, seen] : look(tensors, outputs, plain_picture(number, probe.width, probe.height))) {
        Observation& before = probe.outputs[name];
        if (may_be_scores(before) && !may_be_scores(seen) && range_of(seen.values).finite) before = std::move(seen);
      }
    }
  }

  static Ort::RunOptions probe_options() {
    return std::move(Ort::RunOptions().SetRunLogSeverityLevel(kLogging).AddConfigEntry(kShrinkArena, "cpu:0"));
  }

  // One whole run, as a photo would have it.
  Result<void> prove() {
    std::vector<TensorFacts> outputs;
    for (const auto& [role, name] : recognised_.reading.recipe.outputs) {
      auto facts = std::ranges::find(facts_.outputs, name, &TensorFacts::name);
      outputs.push_back(*facts);
      roles_.push_back(role);
    }
    tensors_.emplace(recognised_, outputs, memory_);
    if (tensors_->picture().takes_any_size()) run_options_->AddConfigEntry(kShrinkArena, "cpu:0");  // each size leaves blocks that no other fits
    int width = recognised_.reading.input_width;
    int height = recognised_.reading.input_height;
    PhotoFrame frame{width, height, fill(probe_picture(width, height), width, height)};
    SteadyClock::time_point start = SteadyClock::now();
    tensors_->run(*session_, probe_options());
    report_.run_micros = micros_between(start, SteadyClock::now());
    if (Result<domain::Findings> found = read(frame); !found) {
      const domain::Recipe& recipe = recognised_.reading.recipe;
      return error(domain::code::model_unavailable, "The model was taken for " + recipe.family + " (" + recipe.task +
                                                        "), but cannot be: on a probe run, " + in_one_sentence(found.error().message));
    }
    write_report();
    return {};
  }

  // Where sizes are open, the reading follows the photo's.
  imaging::Placement fill(const imaging::Pixels& pixels, int width, int height) {
    imaging::Placement placement = tensors_->fill(pixels, width, height);
    recognised_.reading.input_width = tensors_->picture().width();
    recognised_.reading.input_height = tensors_->picture().height();
    return placement;
  }

  void write_report() {
    report_.recipe = recognised_.reading.recipe;
    report_.labels = recognised_.reading.labels;
    report_.evidence = recognised_.evidence;
    report_.warnings = recognised_.warnings;
    report_.licence = recognised_.licence;
    report_.metadata = read_metadata(facts_.metadata).lines;
    if (!facts_.producer.empty()) report_.metadata["producer"] = facts_.producer;
    for (const TensorFacts& input : facts_.inputs) report_.inputs.push_back(describe(input));
    for (const TensorFacts& output : facts_.outputs) report_.outputs.push_back(describe(output));
    make_printable(report_);
  }

  Result<domain::Findings> read(const PhotoFrame& frame) {
    Outputs outputs;
    for (std::size_t i = 0; i < roles_.size(); ++i) outputs[roles_[i]] = tensors_->output(i);
    return read_outputs(outputs, recognised_.reading, frame);
  }

  Result<void> run() {
    try {
      tensors_->run(*session_, *run_options_);
    } catch (const Ort::Exception& broken) {
      if (interrupted_ != 0) return error(domain::code::timeout, "Processing was stopped at the soft time limit.");
      std::string reason = broken.what();
      if (reason.find("allocate memory") != reason.npos || reason.find("bad_alloc") != reason.npos) {
        return error(domain::code::memory_limit, "The model needed more memory for this photo than the limit allows.");
      }
      return error(domain::code::model_output, "The model failed on this photo: " + in_one_sentence(reason));
    }
    return {};
  }

  const domain::Model model_;
  Ort::MemoryInfo memory_ = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  std::optional<Ort::Env> env_;
  std::optional<Ort::RunOptions> run_options_;
  std::optional<Ort::Session> session_;
  ModelFacts facts_;
  Recognised recognised_;
  std::vector<std::string> roles_;  // in the order of the tensors' outputs
  std::optional<Tensors> tensors_;
  domain::ModelReport report_;
  std::vector<domain::Candidate> candidates_;
  volatile std::sig_atomic_t interrupted_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_onnx_engine(const domain::Model& model) { return std::make_unique<OnnxEngine>(model); }

}  // namespace darkroom::inference
