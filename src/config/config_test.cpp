#include "config/config.h"
#include "scheduler/rescue_expired.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace darkroom::config {
namespace {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() : folder_(testing::TempDir() + "config-" + std::to_string(::getpid())) { std::filesystem::create_directories(folder_); }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  Sources sources(const std::string& file_text = "") {
    if (!file_text.empty()) std::ofstream(folder_ + "/darkroom.toml") << file_text;
    return {.file = "", .environment = {}, .flags = {}, .default_data_dir = folder_};
  }

  std::string folder_;
};

TEST_F(ConfigTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  Sources from = sources("[run]\nslots = 3\nnice = 5\nmax_retries = 1\n");
  from.environment = {{"DARKROOM_RUN_SLOTS", "4"}, {"DARKROOM_RUN_NICE", "6"}};
  from.flags = {{"run.slots", "7"}};
  auto loaded = load(from).value();
  EXPECT_EQ(loaded.config.worker.slots, 7);
  EXPECT_EQ(loaded.config.runner.nice, 6);
  EXPECT_EQ(loaded.config.worker.retry.max_retries, 1);
  EXPECT_EQ(loaded.config.http.port, 8470);
  EXPECT_EQ(loaded.origins["run.slots"], "flag");
  EXPECT_EQ(loaded.origins["run.nice"], "environment DARKROOM_RUN_NICE");
  EXPECT_EQ(loaded.origins["listen"], "default");
  EXPECT_EQ(loaded.config.models_dir, folder_ + "/models");
}

TEST_F(ConfigTest, AllErrorsAreToldAtOnceWithTheirPlaces) {
  Sources from = sources("listen = \"nowhere\"\nslot = 3\n[run]\nslots = -1\nhard_limit_seconds = 10\n");
  from.environment = {{"DARKROOM_ADMIN_TOKEN", "short"}};
  std::string message = load(from).error().message;
  for (const char* part : {"line 1: listen must be address:port", "line 2: there is no key 'slot'", "line 4: run.slots must be a whole number from 0 to 1024",
                           "hard_limit_seconds must not be less", "at least 20 characters"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " is missing in:\n" << message;
  }
}

TEST_F(ConfigTest, AnUnknownVariableIsAWarning) {
  Sources from = sources();
  from.environment = {{"DARKROOM_LISTN", "x"}, {"DARKROOM_MODEL_TOKEN", "for the header of a model"}};
  auto loaded = load(from).value();
  ASSERT_EQ(loaded.warnings.size(), 1u);
  EXPECT_NE(loaded.warnings[0].find("DARKROOM_LISTN"), std::string::npos);
}

TEST_F(ConfigTest, FailPointsAreForTheTestModeOnly) {
  Sources from = sources();
  from.environment = {{"DARKROOM_FAIL_POINTS", "K6=kill@1"}};
  EXPECT_NE(load(from).error().message.find("--test-mode"), std::string::npos);
  from.test_mode = true;
  EXPECT_EQ(load(from).value().config.fail_points, "K6=kill@1");
  from.environment = {{"DARKROOM_FAIL_POINTS", "K6=boom"}};
  EXPECT_NE(load(from).error().message.find("'K6=boom' is no fail point"), std::string::npos);
}

TEST_F(ConfigTest, AMissingFileThatWasNamedIsAnError) {
  Sources from = sources();
  from.file = folder_ + "/none.toml";
  EXPECT_NE(load(from).error().message.find("there is no configuration file"), std::string::npos);
}

// The lease, until somebody looks whether it has run out, and a second for the start.
TEST(Defaults, WhatAProcessRanThatDiedRunsElsewhereWithinTwelveSeconds) {
  EXPECT_LE(Config{}.lease + scheduler::RescueExpiredConfig{}.period + std::chrono::seconds(1), std::chrono::seconds(12));
}

TEST_F(ConfigTest, ReadsAddressesOfBothFamilies) {
  std::string address;
  std::uint16_t port = 0;
  EXPECT_TRUE(parse_listen("[::1]:80", address, port));
  EXPECT_EQ(address, "::1");
  EXPECT_EQ(port, 80);
  for (const char* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "a:b"}) EXPECT_FALSE(parse_listen(bad, address, port)) << bad;
}

TEST(ConfigKeys, EachIsUniqueAndExplained) {
  std::set<std::string> names;
  for (const Key& key : keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_TRUE(key.sentence.ends_with('.')) << key.name;
    Config config;
    std::string value = key.get(config);
    if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
    EXPECT_TRUE(key.set(config, value)) << key.name << " refuses its own default " << value;
  }
}

// config/darkroom.toml is written by `darkroom config sample`; this keeps it equal to the table.
TEST(ConfigKeys, TheSampleFileIsTheTable) {
  std::ifstream file(DARKROOM_SOURCE_DIR "/config/darkroom.toml");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), sample_file()) << "write it anew: darkroom config sample > config/darkroom.toml";
}

}  // namespace
}  // namespace darkroom::config
