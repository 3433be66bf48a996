// The shared real photos, which the repository does not carry: sizes, modes, and that scaling while decoding changes no picture.
#include "imaging/decode.h"
#include "imaging/pack.h"
#include "imaging/photos_for_test.h"

#include <gtest/gtest.h>

#include <cmath>

namespace darkroom::imaging {
namespace {

using namespace testing;

struct RealPhoto {
  std::string name;
  std::string format;
  int width, height;
};

void PrintTo(const RealPhoto& photo, std::ostream* out) { *out << photo.name; }

class RealPhotos : public ::testing::TestWithParam<RealPhoto> {
 protected:
  void SetUp() override {
    file_ = read_shared_photo(GetParam().name);
    if (file_.empty())
      GTEST_SKIP() << GetParam().name << " is not in photos/ of DARKROOM_SHARED_DIR, which this repository does not carry";
  }
  Buffer file_;
};

TEST_P(RealPhotos, Decode) {
  auto photo = decode(file_, {.limits = {.refuse_truncated = true}});
  ASSERT_TRUE(photo) << photo.error().message;
  EXPECT_EQ(photo->info.format, GetParam().format);
  EXPECT_EQ(photo->info.mode, "RGB");
  EXPECT_EQ(photo->info.width, GetParam().width);
  EXPECT_EQ(photo->info.height, GetParam().height);
}

TEST_P(RealPhotos, LookTheSameScaledWhileDecoding) {
  PackPlan plan{.width = 160, .height = 160};
  auto full = decode(file_, {});
  auto scaled = decode(file_, {.limits = {}, .cover_width = 160, .cover_height = 120});
  ASSERT_TRUE(full && scaled);
  std::vector<float> a(3 * 160 * 160), b(a.size());
  pack(full->pixels, full->info.width, full->info.height, plan, a);
  pack(scaled->pixels, scaled->info.width, scaled->info.height, plan, b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  EXPECT_LT(sum / static_cast<double>(a.size()), 12.0);
}

TEST_P(RealPhotos, CutAtSixtyPercentIsTruncated) {
  auto photo = decode(cut(file_, file_.size() * 6 / 10), {});
  ASSERT_TRUE(photo) << photo.error().message;
  EXPECT_TRUE(photo->info.truncated);
}

INSTANTIATE_TEST_SUITE_P(Shared, RealPhotos,
                         ::testing::Values(RealPhoto{"astronaut.png", "PNG", 512, 512}, RealPhoto{"chelsea.png", "PNG", 451, 300},
                                           RealPhoto{"coffee.png", "PNG", 600, 400}, RealPhoto{"pitch.jpg", "JPEG", 548, 342},
                                           RealPhoto{"rocket.jpg", "JPEG", 640, 427}, RealPhoto{"street.jpg", "JPEG", 768, 576}));

}  // namespace
}  // namespace darkroom::imaging
