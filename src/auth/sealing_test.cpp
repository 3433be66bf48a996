#include "auth/sealing.h"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace darkroom::auth {
namespace {

class SealerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/darkroom-sealing-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string key_file() const { return folder_ + "/secret.key"; }

  std::string folder_;
};

TEST_F(SealerTest, OpensWhatItSealedAlsoAfterANewStart) {
  std::string sealed = Sealer::from_key_file(key_file()).seal("whsec_abc");
  EXPECT_EQ(sealed.find("whsec_abc"), std::string::npos);
  auto again = Sealer::from_key_file(key_file()).unseal(sealed);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, "whsec_abc");
  EXPECT_EQ(*Sealer::from_key_file(key_file()).unseal(Sealer::from_key_file(key_file()).seal("")), "");
}

TEST_F(SealerTest, NeverSealsTheSameWayTwice) {
  Sealer sealer = Sealer::from_key_file(key_file());
  EXPECT_NE(sealer.seal("a"), sealer.seal("a"));
}

TEST_F(SealerTest, RefusesWhatWasChangedOrSealedElsewhere) {
  Sealer sealer = Sealer::from_key_file(key_file());
  std::string sealed = sealer.seal("whsec_abc");
  for (std::size_t at : {std::size_t{0}, std::size_t{10}, std::size_t{40}}) {
    std::string changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sealer.unseal(changed)) << at;
  }
  EXPECT_FALSE(sealer.unseal(""));
  EXPECT_FALSE(sealer.unseal("sealed1:"));
  EXPECT_FALSE(sealer.unseal(sealed + "="));
  EXPECT_FALSE(Sealer::from_key_file(folder_ + "/other.key").unseal(sealed));
}

TEST_F(SealerTest, KeepsItsKeyFromOthers) {
  Sealer::from_key_file(key_file());
  struct stat state {};
  ASSERT_EQ(::stat(key_file().c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777, 0600u);
  ::chmod(key_file().c_str(), 0644);
  EXPECT_THROW(Sealer::from_key_file(key_file()), std::runtime_error);
}

TEST_F(SealerTest, RefusesAFileWithoutAKey) {
  std::ofstream(key_file()) << "not a key\n";
  ::chmod(key_file().c_str(), 0600);
  EXPECT_THROW(Sealer::from_key_file(key_file()), std::runtime_error);
}

TEST(SealerOfASecret, IsTheSameInEveryProcessThatHasIt) {
  std::string sealed = Sealer::from_secret("the cluster's secret").seal("whsec_abc");
  EXPECT_EQ(*Sealer::from_secret("the cluster's secret").unseal(sealed), "whsec_abc");
  EXPECT_FALSE(Sealer::from_secret("another").unseal(sealed));
}

TEST(Sealing, DerivedSecretsAreOfTheirKeyPurposeAndName) {
  Sealer one = Sealer::from_secret("a"), same = Sealer::from_secret("a"), other = Sealer::from_secret("b");
  EXPECT_EQ(one.derived("site", "django").size(), 32u);
  EXPECT_EQ(one.derived("site", "django"), same.derived("site", "django"));
  EXPECT_NE(one.derived("site", "django"), other.derived("site", "django"));
  EXPECT_NE(one.derived("site", "django"), one.derived("token", "django"));
  EXPECT_NE(one.derived("site", "django"), one.derived("site", "django2"));
}

}  // namespace
}  // namespace darkroom::auth
