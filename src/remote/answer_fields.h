// The parts of an answer, each read by its place in it. The first thing that is wrong is kept, and later reading goes on with empty values: the
// caller looks once.
#pragma once

#include "domain/outcome.h"

#include <boost/json.hpp>

#include <optional>
#include <string>

namespace darkroom::remote {

class AnswerFields {
 public:
  explicit AnswerFields(const domain::ImageInfo& image) : image_(image) {}

  // `result` is the object that holds detected_objects, classes, regions, embedding; none of them is required.
  domain::Findings findings(const boost::json::object& result);
  // The fields of `result` that findings() reads.
  static bool is_finding(std::string_view key);

  const std::optional<std::string>& trouble() const { return trouble_; }  // "detected_objects[2].bbox must be ..."

 private:
  const boost::json::array& list(const boost::json::object& from, const char* key, const std::string& place);
  const boost::json::object& object(const boost::json::value& value, const std::string& place);
  std::string name(const boost::json::object& from, const std::string& place);
  double number(const boost::json::value& value, const std::string& place);
  std::optional<double> confidence(const boost::json::object& from, const std::string& place);
  domain::Box box(const boost::json::object& from, const std::string& place);
  domain::DetectedObject detected(const boost::json::object& from, const std::string& place);
  domain::Keypoint keypoint(const boost::json::value& value, const std::string& place);
  std::optional<std::array<double, 8>> corners(const boost::json::object& from, const std::string& place);
  domain::Mask mask(const boost::json::object& from, const std::string& place);
  domain::Classification classification(const boost::json::object& from, int position, const std::string& place);
  domain::Region region(const boost::json::object& from, const std::string& place);
  std::vector<float> embedding(const boost::json::object& result);
  void wrong(const std::string& what);

  const domain::ImageInfo& image_;
  std::optional<std::string> trouble_;
};

}  // namespace darkroom::remote
