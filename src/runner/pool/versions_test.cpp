// Two versions of one model side by side: a swap under load, a version that is named after it was retired, and a new one that is broken.
#include "runner/pool/made_model_for_test.h"
#include "runner/pool/pool_fixture.h"
#include "support/sample_models.h"

#include <atomic>

namespace darkroom::runner::test {
namespace {

using darkroom::test::made_models;
using darkroom::test::read_file;

class Versions : public testing::Test {
 protected:
  void SetUp() override {
    if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
    first = version_of("known.onnx");
    second = version_of("second.onnx");
    photo = std::make_unique<Photo>(read_file(made_models() / "128x128.png"));
  }
  static domain::Model version_of(const char* file) {
    domain::Model model = made_model(file);
    model.name = "detector";
    model.labels = {"cat", "dog", "bird"};
    return model;
  }
  // The class of the best object, by which the two versions can be told apart.
  static std::string found_in(const RunEnd& end) {
    const auto* outcome = std::get_if<domain::Outcome>(&end);
    if (outcome == nullptr || outcome->found.objects.empty()) return describe(end);
    return outcome->found.objects[0].label;
  }
  RunEnd run(Slot& slot, const domain::Model& model) const { return slot.run(model, photo->request()); }

  domain::Model first;   // finds a dog
  domain::Model second;  // finds a cat in the same place
  std::unique_ptr<Photo> photo;
};

TEST_F(Versions, RunSideBySideFromOneSlot) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(found_in(run(slot, first)), "dog");
    EXPECT_EQ(found_in(run(slot, second)), "cat");
  }
  std::vector<ZygoteStatus> all = zygotes.status();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].model, "detector");
  EXPECT_EQ(all[0].version, first.version);
  EXPECT_EQ(all[1].version, second.version);
  for (const ZygoteStatus& one : all) EXPECT_EQ(children_of(one.pid).size(), 1U) << "a child is kept for each";
}

// Runs what is current until told to end, and notes every answer that does not belong to the version it asked for.
struct Load {
  using Find = std::string (*)(const RunEnd&);
  void work(Zygotes& zygotes, const std::array<domain::Model, 2>& models, const RunRequest& request, Find found) {
    Slot slot(zygotes);
    while (!done) {
      std::size_t version = current;
      std::string answer = found(slot.run(models[version], request));
      if (answer != (version == 0 ? "dog" : "cat")) {
        std::lock_guard lock(mutex);
        wrong.push_back(models[version].version + ": " + answer);
      }
      ++jobs[version];
    }
  }
  std::atomic<bool> done = false;
  std::atomic<std::size_t> current = 0;
  std::array<std::atomic<int>, 2> jobs = {};
  std::mutex mutex;
  std::vector<std::string> wrong;
};

TEST_F(Versions, ASwapUnderLoadLosesNoJobAndMixesNoAnswer) {
  Zygotes zygotes(test_config());
  std::array<domain::Model, 2> models = {first, second};
  ASSERT_FALSE(zygotes.warm_up(first).error);
  Load load;
  std::vector<std::jthread> slots;
  for (int i = 0; i < 2; ++i) slots.emplace_back([&] { load.work(zygotes, models, photo->request(), found_in); });
  for (int swap = 1; swap <= 10; ++swap) {
    std::size_t next = static_cast<std::size_t>(swap % 2);
    int before = load.jobs[next];
    EXPECT_FALSE(zygotes.warm_up(models[next]).error);
    load.current = next;
    zygotes.retire("detector", models[1 - next].version);
    EXPECT_TRUE(eventually([&] { return load.jobs[next] >= before + 5; })) << "swap " << swap;
  }
  load.done = true;
  slots.clear();
  EXPECT_THAT(load.wrong, testing::IsEmpty());
  EXPECT_GT(load.jobs[0], 20);
  EXPECT_GT(load.jobs[1], 20);
  ASSERT_EQ(zygotes.status().size(), 1U) << "of the retired version nothing runs";
  EXPECT_EQ(zygotes.status()[0].version, first.version);
}

TEST_F(Versions, ARetiredVersionThatIsStillNamedRunsAloneAndEnds) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  ASSERT_EQ(found_in(run(slot, first)), "dog");
  int old = zygotes.status()[0].pid;
  ASSERT_FALSE(zygotes.warm_up(second).error);
  zygotes.retire("detector", first.version);
  EXPECT_FALSE(has_ended(old)) << "its child is still held";
  slot.release_idle(std::chrono::steady_clock::time_point::min());
  EXPECT_TRUE(eventually([&] { return has_ended(old); }));

  EXPECT_EQ(found_in(run(slot, first)), "dog");
  ASSERT_EQ(zygotes.status().size(), 1U);
  EXPECT_EQ(zygotes.status()[0].version, second.version);
  EXPECT_EQ(found_in(run(slot, second)), "cat");
}

TEST_F(Versions, OneThatWasRetiredBeforeItEverRanDoesNotStay) {
  Zygotes zygotes(test_config());
  zygotes.retire("detector", first.version);
  Slot slot(zygotes);
  EXPECT_EQ(found_in(run(slot, first)), "dog");
  EXPECT_TRUE(zygotes.status().empty());
  EXPECT_NE(zygotes.warm_up(first).pid, 0);
  EXPECT_EQ(found_in(run(slot, first)), "dog");
  EXPECT_EQ(zygotes.status().size(), 1U) << "whoever warms it up again, keeps it";
}

TEST_F(Versions, TheNextJobOfASlotLetsGoOfARetiredVersion) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  ASSERT_EQ(found_in(run(slot, first)), "dog");
  int old = zygotes.status()[0].pid;
  zygotes.retire("detector", first.version);
  ASSERT_EQ(found_in(run(slot, second)), "cat");
  EXPECT_TRUE(eventually([&] { return has_ended(old); }));
}

TEST_F(Versions, ABrokenNewOneLeavesTheOldUntouched) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  ASSERT_EQ(found_in(run(slot, first)), "dog");
  int zygote = zygotes.status()[0].pid;
  std::vector<int> children = children_of(zygote);
  domain::Model broken = version_of("garbage.onnx");
  ZygoteStatus status = zygotes.warm_up(broken);
  ASSERT_TRUE(status.error);
  EXPECT_EQ(status.version, broken.version);
  EXPECT_EQ(status.pid, 0);
  EXPECT_EQ(found_in(run(slot, first)), "dog");
  EXPECT_EQ(zygotes.status()[0].pid, zygote);
  EXPECT_FALSE(zygotes.status()[0].error);
  EXPECT_EQ(children_of(zygote), children);
  ASSERT_EQ(zygotes.status().size(), 2U);
  zygotes.retire("detector", broken.version);
  EXPECT_EQ(zygotes.status().size(), 1U) << "a refusal is forgotten with its version";
}

TEST_F(Versions, TheRecipeOfAnOutcomeIsWhatTheProcessReported) {
  Zygotes zygotes(test_config());
  first.recipe.confidence_threshold = 0.3;
  ZygoteStatus status = zygotes.warm_up(first);
  ASSERT_TRUE(status.report);
  EXPECT_GT(status.report->load_micros, 0);
  Slot slot(zygotes);
  RunEnd end = run(slot, first);
  ASSERT_TRUE(succeeded(end)) << describe(end);
  const domain::Recipe& recipe = std::get<domain::Outcome>(end).recipe;
  EXPECT_EQ(recipe.family, status.report->recipe.family);
  EXPECT_EQ(recipe.confidence_threshold, status.report->recipe.confidence_threshold);
}

}  // namespace
}  // namespace darkroom::runner::test
