// A librarian on real folders, whose trials are told by what stands in the files.
#pragma once

#include "models/librarian.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>

namespace darkroom::models {

namespace fs = std::filesystem;

inline const Actor kKim{"kim", "because"};

// The system's, put on by hand.
class MovedClock final : public Clock {
 public:
  Time now() const override { return SystemClock().now() + ahead; }
  Duration ahead{};
};

// A library, a models folder, and a trial that refuses what is called broken and cannot tell what is called ambiguous.
class LibrarianTest : public testing::Test {
 protected:
  LibrarianTest() : folder_(fs::path(testing::TempDir()) / ("librarian-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(drops());
    start();
  }
  ~LibrarianTest() override { fs::remove_all(folder_); }

  fs::path drops() const { return folder_ / "models"; }

  // As a process does: nothing of the one before is left but the disk.
  void start(const std::string& runtime = "runtime-1") {
    librarian_.reset();
    catalogue_.reset();
    trials_.clear(), retired_.clear();
    catalogue_ = std::make_unique<Catalogue>(CatalogueConfig{});
    librarian_ = std::make_unique<Librarian>(
        LibrarianConfig{.library = folder_ / "library", .drop_folder = drops(), .runtime = runtime, .patience = patience_}, *catalogue_, clock_,
        [this](const Act& act) {
          if (act.type == cannot_tell_) throw std::runtime_error("the database is away");
          acts_.push_back(act.type + " " + act.model + " " + act.version + " by " + act.actor.name);
        });
    librarian_->open(Library::Leftovers::all);
    librarian_->start([this](const domain::Model& model) { return try_out(model); },
                      [this](const std::string& model, const std::string& version) {
                        std::lock_guard lock(mutex_);
                        retired_.insert(model + " " + version);
                      });
  }

  Trial try_out(const domain::Model& model) {
    {
      std::lock_guard lock(mutex_);
      trials_.push_back(model.name + " " + model.version);
    }
    std::ifstream file(model.file);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.starts_with("hanging")) hang();
    if (is_stopping_) return {Error{"unavailable", "the server is stopping"}};
    if (is_short_) return {Error{"model_unavailable", "there is no memory for it"}};
    if (text.starts_with("broken")) return {Error{"model_unavailable", "it is broken"}};
    if (text.starts_with("ambiguous") && model.recipe.family.empty()) {
      return {Error{"model_ambiguous", "it could be two"}, {{"yolov8", "detect", "a"}, {"yolox", "detect", "b"}}};
    }
    domain::ModelReport report{.recipe = model.recipe, .labels = model.labels, .evidence = {{"family", "yolov8", "seen"}}, .licence = "AGPL-3.0"};
    return {std::nullopt, {}, report};
  }

  void drop(const std::string& file, const std::string& content, std::chrono::seconds age = std::chrono::seconds(100)) {
    fs::create_directories((drops() / file).parent_path());
    std::ofstream(drops() / file) << content;
    fs::last_write_time(drops() / file, fs::file_time_type::clock::now() - age);
  }
  void look_twice() {
    librarian_->look();
    librarian_->look();
  }
  Result<Added> add(const std::string& name, const std::string& content, Librarian::Activation activation = Librarian::Activation::at_once,
                    const std::string& labels = "") {
    auto staged = librarian_->stage();
    EXPECT_TRUE(staged->write(FilePart::model, content));
    if (!labels.empty()) staged->write(FilePart::labels, labels).value();
    return librarian_->add(name, *staged, activation, kKim);
  }
  std::string running(const std::string& name) const {
    ModelPtr model = catalogue_->find(name);
    return model ? model->version : "none";
  }
  // As a failing disk or a careless hand does.
  void spoil(const std::string& model, const std::string& version, const std::string& file, const std::string& content) {
    std::ofstream(folder_ / "library" / model / version / file) << content;
  }
  // A trial of what is called hanging begins, and goes on until let_go().
  void hang() {
    hangs_.set_value();
    let_go_.get_future().wait();
  }
  std::future<Result<Added>> add_hanging(const std::string& name) {
    auto adding = std::async(std::launch::async, [=, this] { return add(name, "hanging"); });
    hangs_.get_future().wait();
    return adding;
  }
  void let_go() { let_go_.set_value(); }
  std::string version_of_text(const std::string& text) const { return sha256_hex(text).substr(0, 12); }

  std::chrono::milliseconds patience_{3'600'000};
  std::promise<void> hangs_, let_go_;
  std::mutex mutex_;  // of trials_ and retired_
  bool is_stopping_ = false;
  bool is_short_ = false;  // of what a trial takes
  std::string cannot_tell_;  // type of acts
  fs::path folder_;
  MovedClock clock_;
  std::vector<std::string> trials_;
  std::set<std::string> retired_;
  std::vector<std::string> acts_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<Librarian> librarian_;
};

}  // namespace darkroom::models
