#include "models/librarian_fixture_for_test.h"

namespace darkroom::models {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(LibrarianTest, AFileIsTakenWhenTwoLooksFindItTheSame) {
  drop("parts/model.onnx", "half");
  librarian_->look();
  drop("parts/model.onnx", "whole file", std::chrono::seconds(50));
  librarian_->look();
  EXPECT_TRUE(trials_.empty()) << "it has changed between two looks";
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("whole file"));
  EXPECT_THAT(acts_, ElementsAre(HasSubstr("model.added parts"), HasSubstr("model.activated parts")));
  look_twice();
  EXPECT_EQ(trials_.size(), 1u);
}

TEST_F(LibrarianTest, ABareFileIsAModelAndAFolderGoesFirst) {
  drop("helmets.onnx", "a");
  drop("parts.onnx", "bare");
  drop("parts/model.onnx", "folder");
  drop("Upper.onnx", "a");
  drop("notes/readme.txt", "no model");
  look_twice();
  EXPECT_EQ(running("helmets"), version_of_text("a"));
  EXPECT_EQ(running("parts"), version_of_text("folder"));
  ASSERT_EQ(catalogue_->unusable().size(), 2u);
  EXPECT_THAT(catalogue_->unusable()[0].error.message, HasSubstr("Rename"));
  EXPECT_THAT(catalogue_->unusable()[1].error.message, HasSubstr("Remove one of the two"));
}

TEST_F(LibrarianTest, LabelsAndSidecarBelongToTheVersion) {
  drop("parts/model.onnx", "abc");
  look_twice();
  EXPECT_EQ(running("parts"), "ba7816bf8f01");  // SHA-256 of "abc"
  drop("parts/labels.txt", "bolt\r\nnut\n\n");
  look_twice();
  std::string with_labels = running("parts");
  EXPECT_NE(with_labels, "ba7816bf8f01");
  EXPECT_EQ(catalogue_->find("parts")->labels, (std::vector<std::string>{"bolt", "nut"}));
  drop("parts/model.toml", "confidence_threshold = 0.4\n");
  look_twice();
  EXPECT_NE(running("parts"), with_labels);
  EXPECT_EQ(catalogue_->find("parts")->recipe.confidence_threshold, 0.4);
  EXPECT_EQ(librarian_->find("parts")->versions.size(), 3u);
  EXPECT_TRUE(retired_.contains("parts ba7816bf8f01"));
}

TEST_F(LibrarianTest, ABadSidecarIsNamedAndHindersNoOther) {
  drop("good/model.onnx", "x");
  drop("typo/model.onnx", "x");
  drop("typo/model.toml", "family = \"yolox\"\nconfidense = 0.4\n");
  look_twice();
  EXPECT_NE(running("good"), "none");
  ASSERT_EQ(catalogue_->unusable().size(), 1u);
  EXPECT_THAT(catalogue_->unusable()[0].error.message, HasSubstr("line 2"));
  EXPECT_EQ(librarian_->find("typo")->state, ModelState::refused);
  drop("typo/model.toml", "family = \"yolox\"\n");
  look_twice();
  EXPECT_NE(running("typo"), "none");
  EXPECT_TRUE(catalogue_->unusable().empty());
}

TEST_F(LibrarianTest, ARefusedVersionTakesNoWorkAndTheOldOneGoesOn) {
  ASSERT_TRUE(add("parts", "good"));
  auto refused = add("parts", "broken 1");
  ASSERT_TRUE(refused && refused->refused);
  EXPECT_EQ(running("parts"), version_of_text("good"));
  EXPECT_EQ(librarian_->find("parts")->state, ModelState::active);
  EXPECT_EQ(librarian_->find("parts")->problem->message, "it is broken");
  EXPECT_TRUE(retired_.contains("parts " + version_of_text("broken 1")));
  ASSERT_TRUE(add("parts", "broken 2"));
  EXPECT_FALSE(librarian_->find("parts")->find(version_of_text("broken 1"))) << "a refused one is kept until the next";
  ASSERT_TRUE(add("parts", "better"));
  EXPECT_EQ(running("parts"), version_of_text("better"));
  EXPECT_FALSE(librarian_->find("parts")->problem);
}

TEST_F(LibrarianTest, AnAmbiguousOneTellsItsCandidatesAndAChoiceMakesItRun) {
  auto added = add("parts", "ambiguous");
  ASSERT_TRUE(added && added->refused);
  EXPECT_EQ(added->refused->candidates.size(), 2u);
  EXPECT_EQ(running("parts"), "none");
  EXPECT_EQ(librarian_->find("parts")->state, ModelState::refused);
  auto staged = librarian_->stage();
  ASSERT_TRUE(librarian_->base_on(*staged, "parts", added->version));
  staged->set_sidecar("family = \"yolox\"\n");
  auto chosen = librarian_->add("parts", *staged, Librarian::Activation::at_once, kKim);
  ASSERT_TRUE(chosen && !chosen->refused);
  EXPECT_EQ(catalogue_->find("parts")->recipe.family, "yolox");
  EXPECT_EQ(librarian_->find("parts")->versions.size(), 1u);
}

TEST_F(LibrarianTest, TheSameAgainChangesNothing) {
  auto first = add("parts", "same");
  acts_.clear();
  auto second = add("parts", "same");
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->is_new);
  EXPECT_FALSE(second->is_new);
  EXPECT_EQ(trials_.size(), 1u);
  EXPECT_TRUE(acts_.empty());
}

TEST_F(LibrarianTest, ForLaterIsTriedAndNotRun) {
  ASSERT_TRUE(add("parts", "one", Librarian::Activation::later));
  EXPECT_EQ(running("parts"), "none");
  EXPECT_EQ(librarian_->find("parts")->state, ModelState::inactive);
  start();
  look_twice();
  EXPECT_EQ(running("parts"), "none");
  ASSERT_TRUE(librarian_->activate("parts", version_of_text("one"), kKim));
  EXPECT_EQ(running("parts"), version_of_text("one"));
}

TEST_F(LibrarianTest, RollingBackLastsAndTheModelsFolderDoesNotUndoIt) {
  ASSERT_TRUE(add("parts", "one"));
  drop("parts/model.onnx", "two");
  look_twice();
  ASSERT_EQ(running("parts"), version_of_text("two"));
  ASSERT_TRUE(librarian_->activate("parts", version_of_text("one"), kKim));
  EXPECT_EQ(running("parts"), version_of_text("one"));
  EXPECT_TRUE(retired_.contains("parts " + version_of_text("two")));
  look_twice();
  start();
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  drop("parts/model.onnx", "two", std::chrono::seconds(7));  // copied again, with the same content
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  drop("parts/model.onnx", "three");
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("three"));
}

TEST_F(LibrarianTest, AStartBelievesWhatPassedUnderTheSameRuntime) {
  ASSERT_TRUE(add("parts", "one"));
  start();
  EXPECT_EQ(running("parts"), version_of_text("one")) << "before the first look";
  look_twice();
  EXPECT_TRUE(trials_.empty());
  start("runtime-2");
  EXPECT_EQ(running("parts"), "none");
  EXPECT_TRUE(catalogue_->is_known("parts"));
  EXPECT_EQ(librarian_->find("parts")->state, ModelState::probing);
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  EXPECT_EQ(trials_.size(), 1u);
}

TEST_F(LibrarianTest, WhatLiesThereAtTheStartIsKnownAtOnce) {
  drop("parts/model.onnx", "one", std::chrono::seconds(0));
  start();
  EXPECT_TRUE(catalogue_->is_known("parts"));
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("one"));
}

TEST_F(LibrarianTest, ATrialThatWasCutShortIsDoneAtTheNextStart) {
  ASSERT_TRUE(add("parts", "one"));
  fs::remove(folder_ / "library/parts" / version_of_text("one") / "report.toml");
  fs::rename(folder_ / "library/parts/current", folder_ / "library/parts/next");
  start();
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("one"));
}

// Its file is taken but once, so nothing else would ever make it run.
TEST_F(LibrarianTest, WhatPassedWhileTheDatabaseWasAwayRunsWhenItIsBack) {
  drop("parts/model.onnx", "one");
  librarian_->look();
  cannot_tell_ = "model.activated";
  EXPECT_THROW(librarian_->look(), std::runtime_error);
  EXPECT_THROW(librarian_->look(), std::runtime_error);
  EXPECT_EQ(running("parts"), "none");
  cannot_tell_.clear();
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  EXPECT_EQ(trials_.size(), 1u) << "once is enough";
  EXPECT_THAT(acts_, ElementsAre(HasSubstr("model.added parts"), HasSubstr("model.activated parts")));
}

TEST_F(LibrarianTest, WhatPassedAndWasCutShortRunsAfterTheNextStart) {
  ASSERT_TRUE(add("parts", "one"));
  cannot_tell_ = "model.activated";
  drop("parts/model.onnx", "two");
  librarian_->look();
  EXPECT_THROW(librarian_->look(), std::runtime_error);
  EXPECT_THROW(add("others", "one"), std::runtime_error);
  cannot_tell_.clear();
  start();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("two"));
  EXPECT_EQ(running("others"), version_of_text("one"));
  EXPECT_THAT(acts_, testing::Contains(HasSubstr("model.activated others " + version_of_text("one") + " by kim")));
}

TEST_F(LibrarianTest, WhoRollsBackMeanwhileIsNotOverruled) {
  ASSERT_TRUE(add("parts", "one"));
  cannot_tell_ = "model.activated";
  drop("parts/model.onnx", "two");
  librarian_->look();
  EXPECT_THROW(librarian_->look(), std::runtime_error);
  cannot_tell_.clear();
  ASSERT_TRUE(librarian_->activate("parts", version_of_text("one"), kKim));
  look_twice();
  start();
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one"));
}

TEST_F(LibrarianTest, ForLaterIsTriedAfterAStartAndStillNotRun) {
  is_stopping_ = true;
  EXPECT_EQ(add("parts", "one", Librarian::Activation::later).error().code, "unavailable");
  is_stopping_ = false;
  start();
  look_twice();
  EXPECT_EQ(trials_.size(), 1u);
  EXPECT_EQ(running("parts"), "none");
  EXPECT_EQ(librarian_->find("parts")->state, ModelState::inactive);
  EXPECT_TRUE(retired_.contains("parts " + version_of_text("one")));
}

// Whoever asked for it at once and then, since it was refused, asks that it wait, is not overruled by the first wish at the next start.
TEST_F(LibrarianTest, ForLaterIsTheLastWordOnWhatWasRefusedBefore) {
  ASSERT_TRUE(add("parts", "one"));
  is_short_ = true;
  ASSERT_TRUE(add("parts", "two")->refused);
  is_short_ = false;
  ASSERT_FALSE(add("parts", "two", Librarian::Activation::later)->refused);
  start();
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  ASSERT_TRUE(librarian_->activate("parts", version_of_text("two"), kKim));
  EXPECT_EQ(running("parts"), version_of_text("two"));
}

TEST_F(LibrarianTest, ForLaterIsTheLastWordOnWhatPassedAndWasCutShort) {
  ASSERT_TRUE(add("parts", "one"));
  cannot_tell_ = "model.activated";
  EXPECT_THROW(add("parts", "two"), std::runtime_error);
  cannot_tell_.clear();
  ASSERT_TRUE(add("parts", "two", Librarian::Activation::later));
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  start();
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one"));
}

// What is current shall run, whatever is said of versions for later.
TEST_F(LibrarianTest, TheCurrentVersionAddedForLaterRunsAgain) {
  ASSERT_TRUE(add("parts", "one"));
  is_short_ = true;
  start("runtime-2");
  librarian_->look();
  ASSERT_EQ(running("parts"), "none");
  is_short_ = false;
  ASSERT_FALSE(add("parts", "one", Librarian::Activation::later)->refused);
  EXPECT_EQ(running("parts"), version_of_text("one"));
}

TEST_F(LibrarianTest, TheCurrentVersionIsRetriedWhateverElseIsRefusedMeanwhile) {
  ASSERT_TRUE(add("parts", "one"));
  is_short_ = true;
  start("runtime-2");
  librarian_->look();
  ASSERT_TRUE(add("parts", "one", Librarian::Activation::later)->refused);
  ASSERT_TRUE(add("parts", "one")->refused);
  ASSERT_TRUE(add("parts", "two")->refused);
  drop("parts/model.onnx", "three");
  look_twice();
  EXPECT_EQ(running("parts"), "none");
  is_short_ = false;
  librarian_->look();
  EXPECT_EQ(running("parts"), "none") << "not at every look";
  clock_.ahead += std::chrono::minutes(2);
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("one"));
}

TEST_F(LibrarianTest, WhereNothingRunsTheRefusedOneIsTriedAtTheNextStartAndRuns) {
  is_short_ = true;
  ASSERT_TRUE(add("parts", "one")->refused);
  ASSERT_TRUE(add("others", "one", Librarian::Activation::later)->refused);
  is_short_ = false;
  start();
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  EXPECT_EQ(running("others"), "none") << "nobody asked that it run";
  EXPECT_EQ(librarian_->find("others")->state, ModelState::inactive);
}

TEST_F(LibrarianTest, AServerThatStopsRefusesNothing) {
  is_stopping_ = true;
  drop("parts/model.onnx", "one");
  look_twice();
  EXPECT_EQ(add("others", "one").error().code, "unavailable");
  EXPECT_THAT(acts_, testing::Each(HasSubstr("model.added")));
  is_stopping_ = false;
  start();
  librarian_->look();
  EXPECT_EQ(running("parts"), version_of_text("one"));
  EXPECT_EQ(running("others"), version_of_text("one"));
}

TEST_F(LibrarianTest, ARemovedModelStaysAwayThoughItsFileLiesThere) {
  drop("parts/model.onnx", "one");
  look_twice();
  ASSERT_TRUE(librarian_->remove("parts", kKim));
  EXPECT_EQ(running("parts"), "none");
  EXPECT_TRUE(retired_.contains("parts " + version_of_text("one")));
  EXPECT_FALSE(librarian_->find("parts"));
  look_twice();
  start();
  look_twice();
  EXPECT_EQ(running("parts"), "none");
  fs::remove_all(drops() / "parts");
  look_twice();
  drop("parts/model.onnx", "one");
  look_twice();
  EXPECT_EQ(running("parts"), version_of_text("one")) << "taken away and put back, it is a new one";
}

TEST_F(LibrarianTest, OnlyWhatIsNotCurrentIsRemovedByItself) {
  ASSERT_TRUE(add("parts", "one"));
  ASSERT_TRUE(add("parts", "two"));
  auto refused = librarian_->remove_version("parts", version_of_text("two"), kKim);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "conflict");
  ASSERT_TRUE(librarian_->remove_version("parts", version_of_text("one"), kKim));
  EXPECT_EQ(librarian_->find("parts")->versions.size(), 1u);
  EXPECT_EQ(librarian_->remove_version("parts", "../two", kKim).error().code, "not_found");
  EXPECT_EQ(librarian_->remove("../library", kKim).error().code, "not_found");
}

TEST_F(LibrarianTest, ASpoiltFileIsNotRun) {
  ASSERT_TRUE(add("parts", "one", Librarian::Activation::at_once, "bolt\n"));
  spoil("parts", running("parts"), "labels.txt", "nut\n");
  start();
  look_twice();
  EXPECT_EQ(running("parts"), "none");
  EXPECT_THAT(librarian_->find("parts")->problem->message, HasSubstr("not those that were added"));
}

TEST_F(LibrarianTest, ASpoiltFileIsMendedByAddingTheSameAgain) {
  std::string version = add("parts", "one", Librarian::Activation::at_once, "bolt\n")->version;
  spoil("parts", version, "labels.txt", "nut\n");
  spoil("parts", version, "model.toml", "confidence_threshold = 0.4\n");
  start();
  look_twice();
  auto again = add("parts", "one", Librarian::Activation::at_once, "bolt\n");
  ASSERT_TRUE(again && !again->refused) << again.error().message;
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(running("parts"), version);
  EXPECT_FALSE(librarian_->find("parts")->problem);
  start();
  EXPECT_EQ(running("parts"), version) << "it lasts";
}

TEST_F(LibrarianTest, ASpoiltModelThatRunsIsMendedAndTriedAgain) {
  ASSERT_TRUE(add("parts", "one"));
  std::string version = running("parts");
  spoil("parts", version, "model.onnx", "broken");
  auto again = add("parts", "one");
  ASSERT_TRUE(again && !again->refused) << "its trial sees the mended file";
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(trials_.size(), 2u);
  ASSERT_TRUE(add("parts", "one"));
  EXPECT_EQ(trials_.size(), 2u) << "what is sound is left alone";
  EXPECT_TRUE(fs::is_empty(folder_ / "library/.incoming"));
}

TEST_F(LibrarianTest, WhatIsMissingOfAVersionIsMendedToo) {
  ASSERT_TRUE(add("parts", "one"));
  std::string version = running("parts");
  fs::remove(folder_ / "library/parts" / version / "model.onnx");
  ASSERT_TRUE(add("parts", "one"));
  spoil("parts", version, "added.toml", "at = ");
  ASSERT_TRUE(add("parts", "one"));
  EXPECT_EQ(librarian_->find("parts")->versions.size(), 1u);
  fs::remove(folder_ / "library/parts" / version / "added.toml");
  ASSERT_TRUE(add("parts", "one"));
  start();
  EXPECT_EQ(running("parts"), version);
}

TEST_F(LibrarianTest, ASpoiltVersionIsMendedByItsFileInTheModelsFolder) {
  drop("parts/model.onnx", "one");
  drop("parts/labels.txt", "bolt\n");
  look_twice();
  std::string version = running("parts");
  spoil("parts", version, "labels.txt", "nut\n");
  start();
  look_twice();
  ASSERT_EQ(running("parts"), "none");
  drop("parts/labels.txt", "bolt\n", std::chrono::seconds(50));  // copied again
  look_twice();
  EXPECT_EQ(running("parts"), version);
}

TEST_F(LibrarianTest, AServiceNeedsNoFile) {
  drop("ocr/model.toml", "engine = \"http\"\nurl = \"http://127.0.0.1:9/run\"\n");
  look_twice();
  ASSERT_NE(running("ocr"), "none");
  EXPECT_EQ(catalogue_->find("ocr")->engine, domain::EngineKind::http);
  EXPECT_EQ(catalogue_->find("ocr")->remote->url, "http://127.0.0.1:9/run");
  start();
  EXPECT_NE(running("ocr"), "none");
}

TEST_F(LibrarianTest, ReportsSurviveAStart) {
  ASSERT_TRUE(add("parts", "one", Librarian::Activation::at_once, "bolt\nnut\n"));
  start();
  const auto info = librarian_->find("parts");
  ASSERT_TRUE(info && info->versions.front().verdict);
  const domain::ModelReport& report = *info->versions.front().verdict->trial.report;
  EXPECT_EQ(report.labels, (std::vector<std::string>{"bolt", "nut"}));
  EXPECT_EQ(report.evidence.front().because, "seen");
  EXPECT_EQ(report.licence, "AGPL-3.0");
  EXPECT_EQ(info->versions.front().added.by, "kim");
}

TEST_F(LibrarianTest, TheListenerHearsOfEveryChangeAndTheGenerationRises) {
  int heard = 0;
  catalogue_->on_change([&] { ++heard; });
  auto before = catalogue_->generation();
  ASSERT_TRUE(add("parts", "one"));
  ASSERT_TRUE(add("parts", "two"));
  ASSERT_TRUE(librarian_->remove("parts", kKim));
  EXPECT_EQ(heard, 3);
  EXPECT_EQ(catalogue_->generation(), before + 3);
  catalogue_->on_change(nullptr);
}

TEST_F(LibrarianTest, AnotherProcessOnTheSameLibraryIsFollowed) {
  Catalogue other_catalogue(CatalogueConfig{});
  Librarian other({.library = folder_ / "library", .drop_folder = drops(), .runtime = "runtime-1", .runs_models = false}, other_catalogue, clock_,
                  [](const Act&) {});
  other.open(Library::Leftovers::old);
  ASSERT_TRUE(add("parts", "one"));
  other.look();
  ASSERT_TRUE(other_catalogue.find("parts"));
  ASSERT_TRUE(librarian_->remove("parts", kKim));
  other.look();
  EXPECT_FALSE(other_catalogue.find("parts"));
  auto staged = librarian_->stage();
  EXPECT_EQ(other.add("parts", *staged, Librarian::Activation::at_once, kKim).error().code, "conflict");
}

TEST(CatalogueTest, TheDemoDetectorIsAlwaysThereTheNullEngineOnlyWhenAsked) {
  EXPECT_EQ(Catalogue({}).names(), "demo");
  EXPECT_EQ(Catalogue({"", true}).names(), "demo, null");
  EXPECT_EQ(Catalogue({"/nowhere/at/all", false}).names(), "demo");
  EXPECT_EQ(Catalogue({}).find("demo")->title, "demo detector");
}

TEST_F(LibrarianTest, WithoutAServerTheCatalogueReadsBothFolders) {
  ASSERT_TRUE(add("added", "one"));
  drop("dropped/model.onnx", "two");
  drop("typo/model.onnx", "x");
  drop("typo/model.toml", "x = 1\n");
  Catalogue catalogue({drops(), false, folder_ / "library"});
  EXPECT_EQ(catalogue.names(), "demo, added, dropped");
  EXPECT_EQ(catalogue.find("dropped")->version, version_of_text("two"));
  ASSERT_EQ(catalogue.unusable().size(), 1u);
}

}  // namespace
}  // namespace darkroom::models
