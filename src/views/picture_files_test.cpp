#include "views/picture_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <utility>

namespace darkroom::views {
namespace {

const std::string kOne(64, 'a'), kTwo(64, 'b'), kThree(64, 'c');

std::string jpeg(std::size_t size) { return "\xff\xd8\xff" + std::string(size - 5, 'x') + "\xff\xd9"; }

class PictureFilesTest : public testing::Test {
 protected:
  PictureFilesTest() : folder_(testing::TempDir() + "pictures-" + std::to_string(::getpid())) {}
  ~PictureFilesTest() override { std::filesystem::remove_all(folder_); }

  std::size_t files_there() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) count += entry.is_regular_file();
    return count;
  }

  std::string folder_;
};

TEST_F(PictureFilesTest, GivesBackWhatWasKeptAlsoAfterAStart) {
  PictureFiles files({folder_});
  EXPECT_FALSE(files.find(thumbnail_name(kOne)));
  ASSERT_TRUE(files.keep(thumbnail_name(kOne), jpeg(100)));
  EXPECT_EQ(files.find(thumbnail_name(kOne)), jpeg(100));
  EXPECT_FALSE(files.find(preview_name(kOne)));
  PictureFiles again({folder_});
  EXPECT_EQ(again.bytes(), 100);
  EXPECT_EQ(again.find(thumbnail_name(kOne)), jpeg(100));
}

TEST_F(PictureFilesTest, TheLeastRecentlyUsedGoesFirst) {
  PictureFiles files({folder_, 250});
  files.keep(thumbnail_name(kOne), jpeg(100));
  files.keep(thumbnail_name(kTwo), jpeg(100));
  ASSERT_TRUE(files.find(thumbnail_name(kOne)));
  files.keep(thumbnail_name(kThree), jpeg(100));
  EXPECT_FALSE(files.find(thumbnail_name(kTwo)));
  EXPECT_TRUE(files.find(thumbnail_name(kOne)));
  EXPECT_TRUE(files.find(thumbnail_name(kThree)));
  EXPECT_EQ(files.bytes(), 200);
  EXPECT_EQ(files_there(), 2u);
}

TEST_F(PictureFilesTest, AStartWithASmallerBudgetMakesRoom) {
  PictureFiles({folder_}).keep(thumbnail_name(kOne), jpeg(100));
  PictureFiles({folder_}).keep(thumbnail_name(kTwo), jpeg(100));
  PictureFiles files({folder_, 150});
  EXPECT_EQ(files.bytes(), 100);
  EXPECT_EQ(files_there(), 1u);
}

TEST_F(PictureFilesTest, AllPicturesOfAPhotoGoTogetherAndNoOthers) {
  PictureFiles files({folder_});
  files.keep(thumbnail_name(kOne), jpeg(100));
  files.keep(preview_name(kOne), jpeg(100));
  files.keep(overlay_name(kOne, "0123456789abcdef"), jpeg(100));
  files.keep(thumbnail_name(kTwo), jpeg(100));
  files.remove_all_of(kOne);
  files.remove_all_of(kThree);
  EXPECT_EQ(files.bytes(), 100);
  EXPECT_EQ(files_there(), 1u);
  EXPECT_EQ(files.contents_after("", 10), std::vector<std::string>{kTwo});
}

TEST_F(PictureFilesTest, KeepingTheSameNameTwiceCountsItOnce) {
  PictureFiles files({folder_});
  files.keep(thumbnail_name(kOne), jpeg(100));
  files.keep(thumbnail_name(kOne), jpeg(60));
  EXPECT_EQ(files.bytes(), 60);
}

// A runner has decoded untrusted bytes: what it calls a picture is looked at before it is kept.
TEST_F(PictureFilesTest, OnlyAJpegIsKept) {
  PictureFiles files({folder_});
  EXPECT_FALSE(files.keep(thumbnail_name(kOne), "<html>"));
  EXPECT_FALSE(files.keep(thumbnail_name(kOne), ""));
  EXPECT_FALSE(files.keep(thumbnail_name(kOne), jpeg(100).substr(0, 60)));
  EXPECT_EQ(files_there(), 0u);
}

TEST_F(PictureFilesTest, APictureOfAPhotoThatWasDeletedInBetweenIsNotKept) {
  PictureFiles files({folder_}, [](const std::string& sha256) { return sha256 != kOne; });
  EXPECT_FALSE(files.keep(thumbnail_name(kOne), jpeg(100)));
  EXPECT_TRUE(files.keep(thumbnail_name(kTwo), jpeg(100)));
  EXPECT_EQ(files_there(), 1u);
}

TEST_F(PictureFilesTest, ContentsComeInPagesInTheirOrder) {
  PictureFiles files({folder_});
  for (const std::string& content : {kThree, kOne, kTwo}) {
    files.keep(thumbnail_name(content), jpeg(10));
    files.keep(preview_name(content), jpeg(10));
  }
  EXPECT_EQ(files.contents_after("", 2), (std::vector<std::string>{kOne, kTwo}));
  EXPECT_EQ(files.contents_after(kTwo, 2), std::vector<std::string>{kThree});
}

TEST_F(PictureFilesTest, AFileThatSomebodyElseRemovedIsForgotten) {
  PictureFiles files({folder_});
  files.keep(thumbnail_name(kOne), jpeg(100));
  std::filesystem::remove_all(folder_ + "/aa");
  EXPECT_FALSE(files.find(thumbnail_name(kOne)));
  EXPECT_EQ(files.bytes(), 0);
  EXPECT_TRUE(files.keep(thumbnail_name(kOne), jpeg(100)));
}

// The names are there, and not all of the bytes.
TEST_F(PictureFilesTest, WhatAPowerCutLeftIsNoPictureAndMakesRoomForOne) {
  PictureFiles files({folder_});
  std::string zeros_at_the_end = jpeg(50) + std::string(50, '\0');
  for (const std::string& left : {std::string(), std::string(100, '\0'), jpeg(100).substr(0, 60), zeros_at_the_end}) {
    ASSERT_TRUE(files.keep(thumbnail_name(kOne), jpeg(100)));
    std::ofstream(folder_ + "/aa/" + thumbnail_name(kOne), std::ios::binary) << left;
    EXPECT_FALSE(files.find(thumbnail_name(kOne))) << left.size();
    EXPECT_FALSE(files.contains(thumbnail_name(kOne))) << "it would not be made again";
    EXPECT_EQ(files.bytes(), 0);
    EXPECT_EQ(files_there(), 0u);
  }
}

TEST_F(PictureFilesTest, APictureStaysWhereItsPhotoCannotBeLookedFor) {
  std::promise<void> asked;
  PictureFiles files({folder_}, [&, first = true](const std::string&) mutable -> bool {
    if (!std::exchange(first, false)) asked.set_value();
    throw std::runtime_error("too many open files");
  });
  EXPECT_TRUE(files.keep(thumbnail_name(kOne), jpeg(100)));
  files.keep_soon(thumbnail_name(kTwo), jpeg(200));
  asked.get_future().wait();
  EXPECT_EQ(files.find(thumbnail_name(kOne)), jpeg(100));
  EXPECT_EQ(files.find(thumbnail_name(kTwo)), jpeg(200));
}

// The writer of one stands still after its first picture, until it is let go.
class KeptSoon : public PictureFilesTest {
 protected:
  KeptSoon() {
    files_.keep_soon(thumbnail_name(kOne), jpeg(100));
    written_.get_future().wait();
  }
  ~KeptSoon() override { go_on(); }

  void go_on() {
    if (!std::exchange(went_on_, true)) go_on_.set_value();
  }

  std::promise<void> written_, go_on_;
  std::atomic<bool> is_first_ = true;
  bool went_on_ = false;
  PictureFiles files_{{folder_}, [this](const std::string&) {
                        if (is_first_.exchange(false)) {
                          written_.set_value();
                          go_on_.get_future().wait();
                        }
                        return true;
                      }};
};

TEST_F(KeptSoon, IsFoundBeforeItIsWritten) {
  files_.keep_soon(thumbnail_name(kTwo), jpeg(200));
  EXPECT_EQ(files_.find(thumbnail_name(kTwo)), jpeg(200));
  EXPECT_TRUE(files_.contains(thumbnail_name(kTwo)));
  EXPECT_EQ(files_there(), 1u);
}

TEST_F(KeptSoon, IsNotWrittenOnceItsPhotoIsGone) {
  files_.keep_soon(thumbnail_name(kTwo), jpeg(200));
  files_.remove_all_of(kTwo);
  EXPECT_FALSE(files_.find(thumbnail_name(kTwo)));
  EXPECT_FALSE(files_.contains(thumbnail_name(kTwo)));
}

TEST_F(KeptSoon, IsWrittenByTheCallerWhereManyWait) {
  std::size_t before = files_there();
  std::size_t kept = 0;
  while (files_there() == before && kept < 1000) files_.keep_soon(std::string(61, 'd') + std::to_string(100 + kept++) + ".t.jpg", jpeg(100));
  EXPECT_LT(kept, 1000u);
  EXPECT_EQ(files_there(), before + 1);
}

}  // namespace
}  // namespace darkroom::views
