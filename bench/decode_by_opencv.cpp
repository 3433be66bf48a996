// OpenCV's part of the comparison, apart from ours so that no header of the one reaches the other.
#include "decode_by_opencv.h"

#include <opencv2/dnn.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <stdexcept>

namespace darkroom::bench {

float tensor_by_opencv(const std::string& file, int side) {
  cv::setNumThreads(1);
  cv::Mat bytes(1, static_cast<int>(file.size()), CV_8U, const_cast<char*>(file.data()));
  cv::Mat picture = cv::imdecode(bytes, cv::IMREAD_COLOR);
  if (picture.empty()) throw std::runtime_error("OpenCV cannot read the photo");
  double ratio = std::min(static_cast<double>(side) / picture.cols, static_cast<double>(side) / picture.rows);
  cv::Mat small;
  cv::resize(picture, small, cv::Size(cvRound(picture.cols * ratio), cvRound(picture.rows * ratio)), 0, 0, cv::INTER_LINEAR);
  cv::Mat padded;
  cv::copyMakeBorder(small, padded, 0, side - small.rows, 0, side - small.cols, cv::BORDER_CONSTANT, cv::Scalar(114, 114, 114));
  cv::Mat blob = cv::dnn::blobFromImage(padded);
  return blob.ptr<float>()[blob.total() / 2];
}

}  // namespace darkroom::bench
