#include "worker/recently_gone.h"

#include <gtest/gtest.h>

namespace darkroom::worker {
namespace {

using domain::ImageId;

TEST(RecentlyGone, KnowsTheNewestByJobOrPhotoAndForgetsTheOldest) {
  RecentlyGone gone;
  gone.add(std::string("first"));
  gone.add(std::string("first"));
  gone.add(ImageId{1});
  for (std::size_t i = 2; i <= RecentlyGone::kMost - 1; ++i) gone.add(ImageId{static_cast<std::int64_t>(i)});
  EXPECT_TRUE(gone.has(std::string("first")));
  EXPECT_TRUE(gone.has(ImageId{1}));
  EXPECT_FALSE(gone.has(std::string("1")));
  gone.add(std::string("newest"));
  EXPECT_FALSE(gone.has(std::string("first")));
  EXPECT_TRUE(gone.has(ImageId{1}));
  EXPECT_TRUE(gone.has(std::string("newest")));
}

}  // namespace
}  // namespace darkroom::worker
