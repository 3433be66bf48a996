// The demo detector rather misses than invents. It looks at a picture of at most 800 pixels on the long side, since both detectors
// slide a window over every size and take seconds on a full photo. A person is taken from a margin of 1 on, the distance that the
// people detector's support vectors have from its plane; stray finds stay below.
#include "inference/opencv_engine.h"

#include "domain/error_codes.h"
#include "inference/suppress.h"

#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <new>
#include <stdexcept>

namespace darkroom::inference {
namespace {

constexpr double kLongestSide = 800;
constexpr double kLeastMargin = 1.0;
constexpr double kMostOverlap = 0.45;
constexpr std::size_t kMostPeople = 100;
// The detector was trained on windows of 64 x 128 in which a person of about 32 x 96 stands in the middle; this share of each side is
// cut off. The figures are those with which boxes agree best with a street's people (mean intersection over union 0.75).
constexpr double kTrimSides = 0.25;
constexpr double kTrimEnds = 0.15;
constexpr int kFaceNeighbours = 5;  // finds that must agree on a face
constexpr int kConfirmingNeighbours = 3;
constexpr int kSmallestFace = 24;
constexpr std::array kCascadeFolders = {"/usr/share/opencv4/haarcascades", "/usr/share/opencv/haarcascades",
                                        "/usr/local/share/opencv4/haarcascades"};

using SteadyClock = std::chrono::steady_clock;

// The logistic function of the margin: 0.73 at the least margin, 0.95 at 3. It orders finds rightly; it is no measured probability.
double confidence_of(double margin) { return 1 / (1 + std::exp(-margin)); }

// From pixels of the small picture to the photo's.
struct Enlargement {
  double x = 1;
  double y = 1;
  double width = 0;  // of the photo
  double height = 0;

  domain::Box operator()(const cv::Rect2d& part) const {
    return {std::clamp(part.x * x, 0.0, width), std::clamp(part.y * y, 0.0, height), std::clamp((part.x + part.width) * x, 0.0, width),
            std::clamp((part.y + part.height) * y, 0.0, height)};
  }
};

cv::CascadeClassifier load_cascade(const std::string& name) {
  for (const char* folder : kCascadeFolders) {
    std::filesystem::path path = std::filesystem::path(folder) / name;
    if (std::filesystem::exists(path)) return cv::CascadeClassifier(path.string());
  }
  throw std::runtime_error(std::string(kCascadeFolders[0]) + "/" + name + " is missing; install Debian's package opencv-data");
}

cv::Mat make_small(const imaging::Pixels& pixels) {
  cv::Mat full(pixels.height, pixels.width, CV_8UC3, const_cast<std::uint8_t*>(pixels.bytes.data()));
  double scale = kLongestSide / std::max(pixels.width, pixels.height);
  if (scale >= 1) return full;
  cv::Size size(std::max(1, static_cast<int>(std::lround(pixels.width * scale))), std::max(1, static_cast<int>(std::lround(pixels.height * scale))));
  cv::Mat small;
  cv::resize(full, small, size, 0, 0, cv::INTER_AREA);
  return small;
}

class OpencvEngine final : public Engine {
 public:
  void open() override {
    cv::setNumThreads(1);
    cv::ocl::setUseOpenCL(false);
    faces_ = load_cascade("haarcascade_frontalface_alt2.xml");
    confirm_ = load_cascade("haarcascade_frontalface_default.xml");
    people_.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector());
    // What OpenCV looks up lazily is looked up now, while files can still be read.
    cv::Mat grey(256, 256, CV_8UC3, cv::Scalar::all(127));
    find_people(grey, {});
    find_faces(grey, {});
    is_confirmed(cv::Mat(256, 256, CV_8UC1, cv::Scalar::all(127)), cv::Rect(64, 64, 128, 128));
  }

  Result<void> load(std::span<const std::uint8_t>) override { return {}; }

  WantedSize wanted(int upright_width, int upright_height) const override {
    double scale = kLongestSide / std::max(upright_width, upright_height);
    if (scale >= 1) return {};
    return {std::max(1, static_cast<int>(std::lround(upright_width * scale))), std::max(1, static_cast<int>(std::lround(upright_height * scale)))};
  }

  Result<domain::Findings> detect(const imaging::Pixels& pixels, const domain::ImageInfo& info, domain::StageTimings& timings) override {
    try {
      return detect_both(pixels, info, timings);
    } catch (const cv::Exception& broken) {
      if (broken.code == cv::Error::StsNoMem) throw std::bad_alloc();
      throw;
    }
  }

  // Neither detector can be stopped; between the two the request is heard.
  void interrupt() noexcept override { interrupted_ = 1; }
  void rearm() noexcept override { interrupted_ = 0; }

  std::string name() const override { return "opencv"; }
  std::string version() const override { return cv::getVersionString(); }

 private:
  Result<domain::Findings> detect_both(const imaging::Pixels& pixels, const domain::ImageInfo& info, domain::StageTimings& timings) {
    SteadyClock::time_point start = SteadyClock::now();
    cv::Mat small = make_small(pixels);
    Enlargement enlarge{static_cast<double>(info.width) / small.cols, static_cast<double>(info.height) / small.rows,
                        static_cast<double>(info.width), static_cast<double>(info.height)};
    SteadyClock::time_point prepared = SteadyClock::now();
    std::vector<domain::DetectedObject> objects = find_people(small, enlarge);
    if (interrupted_ != 0) return Error{std::string(domain::code::timeout), "Processing was stopped at the soft time limit."};
    for (domain::DetectedObject& face : find_faces(small, enlarge)) objects.push_back(std::move(face));
    timings.prepare = micros_between(start, prepared);
    timings.infer = micros_between(prepared, SteadyClock::now());
    return domain::Findings{std::move(objects), {}, {}, {}};
  }

  std::vector<domain::DetectedObject> find_people(const cv::Mat& picture, const Enlargement& enlarge) {
    // OpenCV 4.6 reads outside a picture that is smaller than the window, and no person would fit into it.
    if (picture.cols < people_.winSize.width || picture.rows < people_.winSize.height) return {};
    std::vector<cv::Rect> windows;
    std::vector<double> margins;
    people_.detectMultiScale(picture, windows, margins, 0, cv::Size(8, 8), cv::Size(16, 16), 1.05, 2.0, false);
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < windows.size() && i < margins.size(); ++i) {
      if (margins[i] < kLeastMargin) continue;
      cv::Rect2d window = windows[i];
      cv::Rect2d body(window.x + window.width * kTrimSides, window.y + window.height * kTrimEnds, window.width * (1 - 2 * kTrimSides),
                      window.height * (1 - 2 * kTrimEnds));
      candidates.push_back({enlarge(body), margins[i], 0});
    }
    std::vector<domain::DetectedObject> people;
    for (const Candidate& person : suppress(std::move(candidates), kMostOverlap, kMostPeople)) {
      people.push_back({"person", confidence_of(person.score), person.box});
    }
    return people;
  }

  std::vector<domain::DetectedObject> find_faces(const cv::Mat& picture, const Enlargement& enlarge) {
    cv::Mat grey;
    cv::cvtColor(picture, grey, cv::COLOR_RGB2GRAY);
    std::vector<cv::Rect> found;
    faces_.detectMultiScale(grey, found, 1.1, kFaceNeighbours, 0, cv::Size(kSmallestFace, kSmallestFace));
    std::vector<domain::DetectedObject> faces;
    for (const cv::Rect& face : found) {
      if (is_confirmed(grey, face)) faces.push_back({"face", std::nullopt, enlarge(face)});
    }
    return faces;
  }

  // A second cascade, trained otherwise, has to see a face at the same place: what only one of them sees is mostly none.
  bool is_confirmed(const cv::Mat& grey, const cv::Rect& face) {
    cv::Rect around(face.x - face.width / 2, face.y - face.height / 2, 2 * face.width, 2 * face.height);
    around &= cv::Rect(0, 0, grey.cols, grey.rows);
    std::vector<cv::Rect> found;
    confirm_.detectMultiScale(grey(around), found, 1.1, kConfirmingNeighbours, 0, cv::Size(face.width / 2, face.height / 2));
    return std::ranges::any_of(found, [&](const cv::Rect& again) {
      cv::Rect common = (again + around.tl()) & face;
      return 2 * common.area() > face.area();
    });
  }

  cv::HOGDescriptor people_;
  cv::CascadeClassifier faces_;
  cv::CascadeClassifier confirm_;
  volatile std::sig_atomic_t interrupted_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_opencv_engine(const domain::Model&) { return std::make_unique<OpencvEngine>(); }

}  // namespace darkroom::inference
