#include "inference/suppress.h"

#include <gtest/gtest.h>

#include <random>

namespace darkroom::inference {
namespace {

TEST(Suppress, OverlapIsAreaOverArea) {
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 10, 10}, {0, 0, 10, 10}), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 10, 10}, {5, 0, 15, 10}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 10, 10}, {20, 20, 30, 30}), 0);
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 0, 0}, {0, 0, 0, 0}), 0);
}

const std::vector<Candidate> kThree = {{{0, 0, 10, 10}, 0.7, 0, 0}, {{1, 0, 11, 10}, 0.9, 0, 1}, {{0, 1, 10, 11}, 0.8, 1, 2}};

std::vector<std::size_t> sources(const std::vector<Candidate>& candidates) {
  std::vector<std::size_t> all;
  for (const Candidate& one : candidates) all.push_back(one.source);
  return all;
}

TEST(Suppress, RivalsAreThoseOfTheSameClassOrAll) {
  EXPECT_EQ(sources(suppress(kThree, 0.45, 300, Rivals::same_class)), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(sources(suppress(kThree, 0.45, 300, Rivals::all_classes)), (std::vector<std::size_t>{1}));
}

TEST(Suppress, AnOverlapOfExactlyTheThresholdStays) {
  std::vector<Candidate> two = {{{0, 0, 10, 10}, 0.9}, {{5, 0, 15, 10}, 0.8}};
  EXPECT_EQ(suppress(two, 1.0 / 3 + 1e-9, 300).size(), 2U);
  EXPECT_EQ(suppress(two, 1.0 / 3 - 1e-9, 300).size(), 1U);
}

TEST(Suppress, WhatIsSuppressedSuppressesNothing) {
  std::vector<Candidate> chain = {{{0, 0, 10, 10}, 0.9, 0, 0}, {{4, 0, 14, 10}, 0.8, 0, 1}, {{8, 0, 18, 10}, 0.7, 0, 2}};
  EXPECT_EQ(sources(suppress(chain, 0.4, 300)), (std::vector<std::size_t>{0, 2}));
}

TEST(Suppress, AtMostSoManyStayAndEqualScoresKeepTheirOrder) {
  std::vector<Candidate> apart;
  for (std::size_t i = 0; i < 20; ++i) apart.push_back({{10.0 * static_cast<double>(i), 0, 10.0 * static_cast<double>(i) + 5, 5}, 0.5, 0, i});
  EXPECT_EQ(sources(suppress(apart, 0.5, 3)), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_TRUE(suppress(apart, 0.5, 0).empty());
  EXPECT_EQ(sources(best_first(apart, 2)), (std::vector<std::size_t>{0, 1}));
}

TEST(Suppress, OfVeryManyOnlyTheBestFewThousandAreLookedAt) {
  std::vector<Candidate> many;
  for (std::size_t i = 0; i < 20'000; ++i) many.push_back({{0, 0, 1, 1}, static_cast<double>(i) / 20'000, static_cast<int>(i), i});
  auto field = contenders(many);
  EXPECT_EQ(field.size(), 5'000U);
  EXPECT_EQ(field.front().source, 19'999U);
  EXPECT_EQ(field.back().source, 15'000U);
}

// For any candidates: none of the kept covers another, and each that went was covered by a kept one that is at least as good.
TEST(Suppress, KeepsExactlyWhatNothingBetterCovers) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> place(0, 60);
  std::uniform_real_distribution<double> size(1, 30);
  std::uniform_real_distribution<double> score(0, 1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < 40; ++i) {
      double x = place(random);
      double y = place(random);
      candidates.push_back({{x, y, x + size(random), y + size(random)}, score(random), static_cast<int>(random() % 3), i});
    }
    Rivals rivals = round % 2 == 0 ? Rivals::same_class : Rivals::all_classes;
    auto covers = [&](const Candidate& one, const Candidate& other) {
      return (rivals == Rivals::all_classes || one.class_index == other.class_index) && intersection_over_union(one.box, other.box) > 0.3;
    };
    std::vector<Candidate> kept = suppress(candidates, 0.3, 1'000, rivals);
    std::vector<bool> stays(candidates.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      stays[kept[i].source] = true;
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_FALSE(covers(kept[j], kept[i]));
        EXPECT_GE(kept[j].score, kept[i].score);
      }
    }
    for (const Candidate& one : candidates) {
      if (stays[one.source]) continue;
      EXPECT_TRUE(std::ranges::any_of(kept, [&](const Candidate& better) { return better.score >= one.score && covers(better, one); }));
    }
  }
}

}  // namespace
}  // namespace darkroom::inference
