#include "metrics/job_flow.h"
#include "metrics/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace darkroom::metrics {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(MetricsTable, IsTheOneThatWasPromised) {
  std::ostringstream listed;
  std::set<std::string_view> names;
  for (const Metric* metric : kTable) {
    listed << metric->name << '{' << metric->labels << "}\n";
    EXPECT_TRUE(names.insert(metric->name).second) << metric->name;
    EXPECT_EQ(metric->kind == Kind::counter, metric->name.ends_with("_total")) << metric->name;
  }
  std::ifstream golden(DARKROOM_SOURCE_DIR "/tests/golden/metrics.txt");
  std::ostringstream promised;
  promised << golden.rdbuf();
  EXPECT_EQ(listed.str(), promised.str()) << "A metric that is renamed or removed breaks people's dashboards; a new one joins tests/golden/metrics.txt.";
}

TEST(MetricsText, IsPrometheusText) {
  Text text;
  text.head(kJobs);
  text.sample(kJobs, {"a\"b\\c\nd", "queued"}, 7);
  text.sample(kJobs, {"b", "running"}, 0.25);
  EXPECT_EQ(text.take(),
            "# HELP darkroom_jobs Jobs that are not finished; exact to 10000.\n# TYPE darkroom_jobs gauge\n"
            "darkroom_jobs{queue=\"a\\\"b\\\\c\\nd\",state=\"queued\"} 7\ndarkroom_jobs{queue=\"b\",state=\"running\"} 0.25\n");
}

TEST(MetricsText, HistogramsAreCumulative) {
  Text text;
  text.histogram(kRequestSeconds, {"GET", "/x"}, std::array{0.5, 1.0}, std::array<std::uint64_t, 3>{2, 0, 1}, 9.5);
  EXPECT_EQ(text.take(),
            "darkroom_http_request_duration_seconds_bucket{method=\"GET\",route=\"/x\",le=\"0.5\"} 2\n"
            "darkroom_http_request_duration_seconds_bucket{method=\"GET\",route=\"/x\",le=\"1\"} 2\n"
            "darkroom_http_request_duration_seconds_bucket{method=\"GET\",route=\"/x\",le=\"+Inf\"} 3\n"
            "darkroom_http_request_duration_seconds_sum{method=\"GET\",route=\"/x\"} 9.5\n"
            "darkroom_http_request_duration_seconds_count{method=\"GET\",route=\"/x\"} 3\n");
}

TEST(Counters, LabelsFromOutsideAreBounded) {
  Counters counters;
  for (int i = 0; i < 1000; ++i) counters.add(kEvents, {std::to_string(i)});
  auto counted = counters.snapshot();
  EXPECT_LE(counted.counters.size(), 301u);
  EXPECT_EQ((counted.counters.at({&kEvents, {"other"}})), 700);
}

TEST(JobFlow, TimesWaitsAndRunsOfEveryAttempt) {
  Counters counters;
  JobFlow flow(counters);
  Time begun{};
  flow.due("a", begun);
  flow.started("a", begun + 20ms);
  flow.ended("a", begun + 220ms, false);
  flow.due("a", begun + 60s);
  flow.started("a", begun + 62s);
  flow.ended("a", begun + 63s, true);
  flow.started("before this process", begun);
  flow.ended("unknown", begun, true);
  auto counted = counters.snapshot();
  EXPECT_DOUBLE_EQ(counted.histograms.at(&kJobWait).sum, 2.02);
  EXPECT_DOUBLE_EQ(counted.histograms.at(&kJobRun).sum, 1.2);
  Text text;
  text.counted(kJobRun, counted);
  EXPECT_THAT(text.take(), HasSubstr("darkroom_job_run_seconds_count 2\n"));
}

}  // namespace
}  // namespace darkroom::metrics
