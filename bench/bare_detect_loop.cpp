// What the machine can do at most with a detector: one process a core, each with a one-thread ONNX Runtime session of its own, decoding
// JPEG with libjpeg-turbo (at 1/2, 1/4 or 1/8 as long as that covers the tensor), scaling it into the tensor (letterbox, top left, as YOLOX takes it) and running the model. No queue, no
// sandbox, no reading of the boxes. Prints one JSON line.
//
//   bare_detect_loop --model model.onnx --photos a.jpg b.jpg --series run1 [--count 300] [--processes 2]
#include "support.h"

#include <onnxruntime_cxx_api.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include <jpeglib.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

namespace darkroom::bench {
namespace {

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<unsigned char> rgb;
};

// The largest of the decoder's own scales that still covers a square a third larger than this side in the direction that fills it, as a slot asks for it.
unsigned scale_for(const jpeg_decompress_struct& jpeg, int side) {
  unsigned longest = std::max(jpeg.image_width, jpeg.image_height);
  unsigned denominator = 1;
  while (denominator < 8 && 3 * longest / (denominator * 2) >= 4 * static_cast<unsigned>(side)) denominator *= 2;
  return denominator;
}

Picture decode(const std::string& file, int side) {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);  // ends the program when a photo is broken
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg.scale_num = 1;
  jpeg.scale_denom = scale_for(jpeg, side);
  jpeg_start_decompress(&jpeg);
  Picture picture{static_cast<int>(jpeg.output_width), static_cast<int>(jpeg.output_height), {}};
  std::size_t stride = 3 * static_cast<std::size_t>(jpeg.output_width);
  picture.rgb.resize(stride * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = picture.rgb.data() + stride * jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return picture;
}

struct Tap {  // the two source pixels of a tensor pixel along one axis, and the share of the second
  std::size_t first = 0;
  std::size_t second = 0;
  float share = 0;
};

std::vector<Tap> taps(int from, int to) {
  std::vector<Tap> list;
  for (int i = 0; i < to; ++i) {
    float at = std::clamp((static_cast<float>(i) + 0.5F) * static_cast<float>(from) / static_cast<float>(to) - 0.5F, 0.0F, static_cast<float>(from - 1));
    auto first = static_cast<std::size_t>(at);
    list.push_back({first, std::min(first + 1, static_cast<std::size_t>(from - 1)), at - static_cast<float>(first)});
  }
  return list;
}

// BGR planes of a square tensor, bilinear, grey where the picture does not reach.
void pack(const Picture& picture, int side, std::vector<float>& tensor) {
  float scale = std::min(static_cast<float>(side) / static_cast<float>(picture.width), static_cast<float>(side) / static_cast<float>(picture.height));
  std::vector<Tap> columns = taps(picture.width, static_cast<int>(static_cast<float>(picture.width) * scale));
  std::vector<Tap> rows = taps(picture.height, static_cast<int>(static_cast<float>(picture.height) * scale));
  std::ranges::fill(tensor, 114.0F);
  auto plane = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  std::size_t stride = 3 * static_cast<std::size_t>(picture.width);
  for (std::size_t y = 0; y < rows.size(); ++y) {
    const unsigned char* above = picture.rgb.data() + rows[y].first * stride;
    const unsigned char* below = picture.rgb.data() + rows[y].second * stride;
    for (std::size_t x = 0; x < columns.size(); ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        auto mix = [&](const unsigned char* row) {
          float left = row[3 * columns[x].first + c], right = row[3 * columns[x].second + c];
          return left + (right - left) * columns[x].share;
        };
        float up = mix(above), down = mix(below);
        tensor[(2 - c) * plane + y * static_cast<std::size_t>(side) + x] = up + (down - up) * rows[y].share;
      }
    }
  }
}

// One process's share: photos are taken from a counter that all processes see.
class Detector {
 public:
  explicit Detector(const std::string& model) : env_(ORT_LOGGING_LEVEL_ERROR, "bare"), session_(env_, model.c_str(), options()) {
    Ort::AllocatorWithDefaultOptions allocator;
    input_name_ = session_.GetInputNameAllocated(0, allocator).get();
    output_name_ = session_.GetOutputNameAllocated(0, allocator).get();
    shape_ = session_.GetInputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape();
    if (shape_.size() != 4 || shape_[2] != shape_[3]) throw std::runtime_error("the model does not take a square picture");
    tensor_.resize(static_cast<std::size_t>(3 * shape_[2] * shape_[3]));
  }

  void detect(const std::string& photo) {
    auto side = static_cast<int>(shape_[2]);
    pack(decode(photo, side), side, tensor_);
    Ort::Value input = Ort::Value::CreateTensor<float>(memory_, tensor_.data(), tensor_.size(), shape_.data(), shape_.size());
    const char* in = input_name_.c_str();
    const char* out = output_name_.c_str();
    auto outputs = session_.Run(Ort::RunOptions{nullptr}, &in, &input, 1, &out, 1);
  }

 private:
  static Ort::SessionOptions options() {
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    options.SetInterOpNumThreads(1);
    options.SetExecutionMode(ORT_SEQUENTIAL);
    options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
    return options;
  }

  Ort::Env env_;
  Ort::Session session_;
  Ort::MemoryInfo memory_ = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  std::string input_name_;
  std::string output_name_;
  std::vector<std::int64_t> shape_;
  std::vector<float> tensor_;
};

struct Shared {
  std::atomic<int> ready = 0;
  std::atomic<bool> go = false;
  std::atomic<int> next = 0;
};

int work(const std::string& model, const std::vector<std::string>& photos, Shared& shared) {
  Detector detector(model);
  detector.detect(photos.front());
  ++shared.ready;
  while (!shared.go) std::this_thread::yield();
  int count = static_cast<int>(photos.size());
  for (int i = shared.next++; i < count; i = shared.next++) detector.detect(photos[static_cast<std::size_t>(i)]);
  return 0;
}

// A child that fails before it is ready would be waited for without end, so it is looked for meanwhile.
void wait_until_ready(const Shared& shared, int processes) {
  while (shared.ready < processes) {
    if (::waitpid(-1, nullptr, WNOHANG) > 0) throw std::runtime_error("a process ended before it had loaded the model");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int run(const Arguments& arguments) {
  Photos source(arguments.list("photos"), arguments.text("series"));
  int count = arguments.number("count", "300");
  int processes = arguments.number("processes", "2");
  std::string model = arguments.text("model");
  std::vector<std::string> photos;
  for (int i = 0; i < count; ++i) photos.push_back(source.make(i));

  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
  auto& shared = *new (memory) Shared;
  for (int i = 0; i < processes; ++i) {
    if (::fork() == 0) ::_exit(work(model, photos, shared));
  }
  wait_until_ready(shared, processes);
  auto begun = SteadyClock::now();
  shared.go = true;
  int failed = 0;
  for (int i = 0; i < processes; ++i) {
    int status = 0;
    ::wait(&status);
    if (status != 0) ++failed;
  }
  double wall = seconds_between(begun, SteadyClock::now());
  std::string line = json_line({{"count", count}, {"processes", processes}, {"wall_s", wall}, {"per_s", count / wall}});
  std::fputs(line.c_str(), stdout);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace darkroom::bench

int main(int count, char** arguments) { return darkroom::bench::run_main(count, arguments, darkroom::bench::run); }
