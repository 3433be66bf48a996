// Golden texts: what clients of the service that Darkroom replaces were answered, byte for byte, and how it read their forms.
#include "compat/answers.h"
#include "compat/form.h"
#include "domain/error_codes.h"
#include "json/text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace darkroom::compat {
namespace {

namespace code = domain::code;

std::string text(const boost::json::object& object) { return darkroom::json::to_text(object); }
std::variant<Form, boost::json::object> read(std::map<std::string, std::string> fields, bool has_file = true) { return read_form({std::move(fields), has_file}); }
Form form(std::map<std::string, std::string> fields) { return std::get<Form>(read(std::move(fields))); }
std::string refusal(std::map<std::string, std::string> fields, bool has_file = true) { return text(std::get<boost::json::object>(read(std::move(fields), has_file))); }

class InSeoul : public testing::Test {
 protected:
  InSeoul() {
    ::setenv("TZ", "Asia/Seoul", 1);
    ::tzset();
  }
  ~InSeoul() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  Time at_ = from_micros(1'700'000'000'123'456);
};

TEST(CompatAnswers, AreTheOldServicesBytes) {
  EXPECT_EQ(text(queued_body(7, 3)), R"({"status":"queued","image_id":7,"message":"이미지가 처리 큐에 추가되었습니다","queue_size":3})");
  EXPECT_EQ(text(queue_status_body(0, false, std::nullopt)), R"({"queue_size":0,"is_processing":false,"current_task":null})");
  EXPECT_EQ(text(queue_status_body(5, true, 12)), R"({"queue_size":5,"is_processing":true,"current_task":12})");
}

TEST_F(InSeoul, TimesAreLocalAndWithoutAZone) {
  EXPECT_EQ(local_time(at_), "2023-11-15T07:13:20.123456");
  EXPECT_EQ(local_time(from_micros(1'700'000'000'000'000)), "2023-11-15T07:13:20");
  EXPECT_EQ(text(health_body(true, 0, at_)), R"({"status":"healthy","model_loaded":true,"queue_size":0,"timestamp":"2023-11-15T07:13:20.123456"})");
  EXPECT_EQ(text(health_body(false, 2, at_)), R"({"status":"unhealthy","model_loaded":false,"queue_size":2,"timestamp":"2023-11-15T07:13:20.123456"})");
}

constexpr const char* kDocument =
    R"({"schema":"darkroom.result/1","status":"success","result":{"detected_objects":[{"class":"person","confidence":0.95,"bbox":[100,100,200.5,300]}],)"
    R"("processing_time":0.25,"metadata":{"title":"봄"}},"processing_time":0.25,"image_info":{"size":[640,480],"format":"JPEG","mode":"RGB","raw_size":[640,480],)"
    R"("sha256":"x"},"model":{"name":"demo"},"recipe":{},"timings":{"unit":"us"}})";

constexpr const char* kSuccess =
    R"({"status":"success","result":{"detected_objects":[{"class":"person","confidence":0.95,"bbox":[100,100,200.5,300]}],"processing_time":0.25,)"
    R"("metadata":{"title":"봄"}},"image_info":{"size":[640,480],"format":"JPEG","mode":"RGB"},"processing_time":0.25})";

TEST_F(InSeoul, ASuccessHasTheOldShapeAndNothingBesideIt) {
  EXPECT_EQ(text(success_body(kDocument)), kSuccess);
  EXPECT_EQ(callback_body(7, success_body(kDocument), at_), std::string(R"({"image_id":7,"result":)") + kSuccess + R"(,"timestamp":"2023-11-15T07:13:20.123456"})");
}

TEST(CompatAnswers, FindingsOfOtherKindsStayInTheResult) {
  std::string body = text(success_body(R"({"status":"success","result":{"detected_objects":[],"classes":[{"class":"cat"}]},"image_info":{"size":[1,1]}})"));
  EXPECT_NE(body.find(R"("classes":[{"class":"cat"}])"), std::string::npos) << body;
}

TEST(CompatAnswers, BothFormsOfAFailureAreKept) {
  EXPECT_EQ(text(failure_body({std::string(code::truncated), "The photo is cut off."})), R"({"status":"error","error":"The photo is cut off."})");
  EXPECT_EQ(text(failure_body({std::string(code::model_output), "No."})), R"({"status":"error","error":"No."})");
  EXPECT_EQ(text(failure_body({std::string(code::timeout), "Too \"long\"."})), R"({"error":"Too \"long\".","status":"failed"})");
  EXPECT_EQ(text(failure_body(cancelled_error())), R"({"error":"The job was cancelled.","status":"failed"})");
}

TEST(CompatForm, NumbersAreReadAsPythonReadsThem) {
  EXPECT_EQ(form({{"image_id", "7"}}).image_id, 7);
  EXPECT_EQ(form({{"image_id", " +1_000\n"}}).image_id, 1000);
  EXPECT_EQ(form({{"image_id", "-3"}}).image_id, -3);
  EXPECT_EQ(form({{"image_id", "007"}}).image_id, 7);
  for (const char* wrong : {"x", "7.0", "1__0", "_1", "1_", "0x7", "--1", "1 2", " ", "7e1"}) {
    EXPECT_EQ(refusal({{"image_id", wrong}}), R"({"detail":[{"loc":["body","image_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]})") << wrong;
  }
}

TEST(CompatForm, APriorityBeyondTheQueuesIsClampedAndNeverRefused) {
  for (auto [sent, taken] : {std::pair("0", 0), {"10", 10}, {"-100", -100}, {"101", 100}, {"-5000", -100}, {"99999999999999999999999", 100}, {"-99999999999999999999999", -100}, {"", 0}}) {
    EXPECT_EQ(form({{"image_id", "7"}, {"priority", sent}}).priority, taken) << sent;
  }
}

TEST(CompatForm, MetadataThatIsNoObjectCountsAsEmpty) {
  EXPECT_EQ(form({{"image_id", "7"}, {"metadata", R"({"uploaded_by":"minji"})"}}).metadata.at("uploaded_by").as_string(), "minji");
  for (const char* other : {"uploaded_by", "", "{", "[1]", "5", "null", R"("x")", "{'title': 'x'}", "{\"a\": NaN}"}) {
    EXPECT_TRUE(form({{"image_id", "7"}, {"metadata", other}}).metadata.empty()) << other;
  }
}

TEST(CompatForm, EachFieldThatIsWrongIsNamedAsFastApiNamesIt) {
  EXPECT_EQ(refusal({}), R"({"detail":[{"loc":["body","image_id"],"msg":"field required","type":"value_error.missing"}]})");
  EXPECT_EQ(refusal({{"image_id", "7"}}, false), R"({"detail":[{"loc":["body","file"],"msg":"field required","type":"value_error.missing"}]})");
  EXPECT_EQ(refusal({{"image_id", ""}, {"priority", "high"}}, false),
            R"({"detail":[{"loc":["body","file"],"msg":"field required","type":"value_error.missing"},{"loc":["body","image_id"],"msg":"field required","type":"value_error.missing"},)"
            R"({"loc":["body","priority"],"msg":"value is not a valid integer","type":"type_error.integer"}]})");
  EXPECT_NE(refusal({{"image_id", "99999999999999999999999"}}).find("image_id"), std::string::npos);
}

TEST(CompatForm, NamesAreCutAtACharacterAndTakenOnlyFromTexts) {
  boost::json::object metadata{{"title", "봄봄봄"}, {"uploaded_by", 7}, {"odd", "a\nb"}};
  EXPECT_EQ(short_text(metadata, "title", 2), "봄봄");
  EXPECT_EQ(short_text(metadata, "title", 3), "봄봄봄");
  EXPECT_EQ(short_text(metadata, "uploaded_by", 100), "");
  EXPECT_EQ(short_text(metadata, "odd", 100), "");
  EXPECT_EQ(short_text(metadata, "none", 100), "");
}

}  // namespace
}  // namespace darkroom::compat
