#include "json/text.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace darkroom::json {
namespace {

TEST(JsonText, WritesNumbersAsPeopleDo) {
  boost::json::value value{{"score", 0.870055}, {"whole", 7}, {"large", 12345.5}, {"none", nullptr}, {"yes", true}, {"list", {0.5, -1}}};
  EXPECT_EQ(to_text(value), R"({"score":0.870055,"whole":7,"large":12345.5,"none":null,"yes":true,"list":[0.5,-1]})");
}

TEST(JsonText, EscapesAndKeepsOtherScripts) {
  EXPECT_EQ(to_text(boost::json::value{{"제목", "a\"b\\\n서울"}}), "{\"제목\":\"a\\\"b\\\\\\n서울\"}");
}

TEST(JsonText, ReadsBackAsTheSameNumber) {
  double number = 0.1 + 0.2;
  EXPECT_EQ(boost::json::parse(to_text(number)).as_double(), number);
  EXPECT_EQ(to_text(std::numeric_limits<double>::quiet_NaN()), "null");
}

}  // namespace
}  // namespace darkroom::json
