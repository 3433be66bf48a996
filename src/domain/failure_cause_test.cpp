#include "domain/failure_cause.h"

#include <gtest/gtest.h>

namespace darkroom::domain {
namespace {

TEST(FailureCause, NumbersHashesAndAddressesAreParticulars) {
  EXPECT_EQ(without_particulars("took longer than 30 s"), "took longer than # s");
  EXPECT_EQ(without_particulars("took 1.5 s, 3,000 of 4:3"), "took # s, # of #");
  EXPECT_EQ(without_particulars("job 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b is gone"), "job # is gone");
  EXPECT_EQ(without_particulars("content 9f86d081884c7d65 at 10.0.0.7:8080"), "content # at #");
  EXPECT_EQ(without_particulars("by 2026-01-31T09:30:00.000000Z"), "by #T#Z");
  EXPECT_EQ(without_particulars("line 12."), "line #.");
}

TEST(FailureCause, WordsStay) {
  EXPECT_EQ(without_particulars("The photo is damaged."), "The photo is damaged.");
  EXPECT_EQ(without_particulars("decaffed facade"), "decaffed facade");
  EXPECT_EQ(without_particulars("the 3rd of yolo_v8"), "the #rd of yolo_v#");
  EXPECT_EQ(without_particulars("사진 3장"), "사진 #장");
  EXPECT_EQ(without_particulars(""), "");
}

TEST(FailureCause, ALongMessageIsCutBetweenCharacters) {
  std::string korean;
  for (int i = 0; i < 200; ++i) korean += "가";
  std::string cut = without_particulars("a" + korean);
  EXPECT_LE(cut.size(), 300u);
  EXPECT_EQ((cut.size() - 1) % 3, 0u);
}

TEST(FailureCause, TheSameCauseHasTheSameKey) {
  EXPECT_EQ(cause_of({"timeout", "took 30 s"}), cause_of({"timeout", "took 45 s"}));
  EXPECT_NE(cause_of({"timeout", "took 30 s"}), cause_of({"corrupt", "took 30 s"}));
  EXPECT_NE(cause_of({"timeout", "took 30 s"}), cause_of({"timeout", "waited 30 s"}));
  EXPECT_EQ(cause_of({"timeout", "took 30 s"}).size(), 16u);
}

}  // namespace
}  // namespace darkroom::domain
