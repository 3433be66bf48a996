// ONNX Runtime with one thread: a session is made once in the zygote, behind its wall, and copied by fork. A pool of threads would not
// survive the fork, and slots, not threads, are what fills the cores.
#include "inference/onnx_engine.h"

#include "domain/error_codes.h"
#include "imaging/pack.h"
#include "inference/read_boxes.h"
#include "inference/recognise.h"

#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <optional>

namespace darkroom::inference {
namespace {

// Errors come back as exceptions. Logging them besides would read the time zone's file, which the wall forbids.
constexpr OrtLoggingLevel kLogging = ORT_LOGGING_LEVEL_FATAL;
constexpr int kExtendAsRequested = 1;  // of the arena: grow by what is asked for, not to the next power of two

using SteadyClock = std::chrono::steady_clock;

std::int64_t micros_between(SteadyClock::time_point start, SteadyClock::time_point end) {
  return std::chrono::duration_cast<std::chrono::microseconds>(end - start).count();
}

Error error(std::string_view code, const std::string& message) { return Error{std::string(code), message}; }

// ONNX Runtime's own words, as one sentence of bearable length.
std::string in_one_sentence(std::string text) {
  std::ranges::replace_if(text, [](unsigned char letter) { return letter < 0x20; }, ' ');
  constexpr std::size_t kLongest = 300;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text + ".";
}

std::string type_name(ONNXTensorElementDataType type) {
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) return "float32";
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16) return "float16";
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8) return "uint8";
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64) return "int64";
  return "type " + std::to_string(static_cast<int>(type));
}

TensorSignature signature_of(std::string name, const Ort::TypeInfo& info) {
  if (info.GetONNXType() != ONNX_TYPE_TENSOR) return {std::move(name), "no tensor", {}};
  auto tensor = info.GetTensorTypeAndShapeInfo();
  return {std::move(name), type_name(tensor.GetElementType()), tensor.GetShape()};
}

ModelSignature signature_of(const Ort::Session& session) {
  Ort::AllocatorWithDefaultOptions allocator;
  ModelSignature signature;
  for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
    signature.inputs.push_back(signature_of(session.GetInputNameAllocated(i, allocator).get(), session.GetInputTypeInfo(i)));
  }
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i) {
    signature.outputs.push_back(signature_of(session.GetOutputNameAllocated(i, allocator).get(), session.GetOutputTypeInfo(i)));
  }
  return signature;
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
    try {
      session_.emplace(*env_, model_bytes.data(), model_bytes.size(), session_options());
      ModelSignature signature = signature_of(*session_);
      Result<YoloxLayout> layout = recognise(signature, model_.recipe);
      if (!layout) return layout.error();
      layout_ = *layout;
      bind(signature);
    } catch (const Ort::Exception& broken) {
      return error(domain::code::model_unavailable, "ONNX Runtime cannot load the model: " + in_one_sentence(broken.what()));
    }
    return {};
  }

  WantedSize wanted(int upright_width, int upright_height) const override {
    double scale = std::min(static_cast<double>(layout_.width) / upright_width, static_cast<double>(layout_.height) / upright_height);
    if (scale >= 1) return {};
    return {static_cast<int>(std::lround(upright_width * scale)), static_cast<int>(std::lround(upright_height * scale))};
  }

  Result<domain::Findings> detect(const imaging::Pixels& pixels, const domain::ImageInfo& info, domain::StageTimings& timings) override {
    SteadyClock::time_point start = SteadyClock::now();
    PhotoFrame frame{info.width, info.height, {}};
    frame.placement = imaging::pack(pixels, info.width, info.height, plan(), input_);
    SteadyClock::time_point packed = SteadyClock::now();
    if (Result<void> ran = run(); !ran) return ran.error();
    SteadyClock::time_point inferred = SteadyClock::now();
    Result<std::vector<domain::DetectedObject>> objects = read_yolox(output_, layout_, frame, model_);
    timings.prepare = micros_between(start, packed);
    timings.infer = micros_between(packed, inferred);
    timings.post = micros_between(inferred, SteadyClock::now());
    if (!objects) return objects.error();
    return domain::Findings{std::move(*objects), {}, {}, {}};
  }

  void interrupt() noexcept override {
    interrupted_ = 1;
    if (run_options_) stop_run(*run_options_);
  }
  void rearm() noexcept override {
    interrupted_ = 0;
    if (run_options_) run_options_->UnsetTerminate();
  }

  std::string name() const override { return "onnx"; }
  std::string version() const override { return Ort::GetVersionString(); }

 private:
  imaging::PackPlan plan() const {
    imaging::PackPlan plan;
    plan.width = layout_.width;
    plan.height = layout_.height;
    plan.order = imaging::ColourOrder::bgr;
    plan.fit = imaging::Fit::letterbox_top_left;
    return plan;
  }

  // The tensors stand over memory of our own, which is reused from photo to photo.
  void bind(const ModelSignature& signature) {
    const TensorSignature& input = signature.inputs[0];
    const TensorSignature& output = signature.outputs[0];
    input_name_ = input.name;
    output_name_ = output.name;
    input_.resize(3 * static_cast<std::size_t>(layout_.width) * static_cast<std::size_t>(layout_.height));
    output_.resize(static_cast<std::size_t>(output.shape[1]) * static_cast<std::size_t>(output.shape[2]));
    input_value_ = Ort::Value::CreateTensor<float>(memory_, input_.data(), input_.size(), input.shape.data(), input.shape.size());
    output_value_ = Ort::Value::CreateTensor<float>(memory_, output_.data(), output_.size(), output.shape.data(), output.shape.size());
  }

  Result<void> run() {
    const char* input_name = input_name_.c_str();
    const char* output_name = output_name_.c_str();
    try {
      session_->Run(*run_options_, &input_name, &input_value_, 1, &output_name, &output_value_, 1);
    } catch (const Ort::Exception& broken) {
      if (interrupted_ != 0) return error(domain::code::timeout, "Processing was stopped at the soft time limit.");
      std::string reason = broken.what();
      if (reason.find("allocate memory") != reason.npos || reason.find("bad_alloc") != reason.npos) {
        return error(domain::code::memory_limit, "The model needed more memory for this photo than the limit allows.");
      }
      return error(domain::code::model_output, "The model failed on this photo: " + in_one_sentence(std::move(reason)));
    }
    return {};
  }

  const domain::Model model_;
  Ort::MemoryInfo memory_ = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  std::optional<Ort::Env> env_;
  std::optional<Ort::RunOptions> run_options_;
  std::optional<Ort::Session> session_;
  YoloxLayout layout_;
  std::string input_name_;
  std::string output_name_;
  std::vector<float> input_;
  std::vector<float> output_;
  Ort::Value input_value_{nullptr};
  Ort::Value output_value_{nullptr};
  volatile std::sig_atomic_t interrupted_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_onnx_engine(const domain::Model& model) { return std::make_unique<OnnxEngine>(model); }

}  // namespace darkroom::inference
