#include "inference/metadata.h"

#include "domain/printable.h"
#include "inference/metadata_literal.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace darkroom::inference {
namespace {

std::string text(std::string_view source) {
  auto literal = parse_literal(source);
  return literal && literal->text() ? *literal->text() : "no text";
}

TEST(ParseLiteral, ReadsWhatPythonWrites) {
  EXPECT_EQ(text("'person'"), "person");
  EXPECT_EQ(text("\"driver's seat\""), "driver's seat");
  EXPECT_EQ(text(R"('it\'s \x41\u00e9\U0001F600\\ \d')"), "it's A\u00e9\U0001F600\\ \\d");
  EXPECT_EQ(parse_literal(" -1.5e2 ")->number(), -150);
  EXPECT_EQ(parse_literal("640")->whole(), 640);
  EXPECT_FALSE(parse_literal("1.5")->whole());
  EXPECT_EQ(std::get<bool>(parse_literal("True")->value), true);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(parse_literal("None")->value));
  EXPECT_EQ(parse_literal("[640, 480,]")->list()->size(), 2U);
  EXPECT_EQ(parse_literal("(17, 3)")->list()->size(), 2U);
  EXPECT_EQ(parse_literal("(17,)")->list()->size(), 1U);
  EXPECT_EQ(parse_literal("(17)")->whole(), 17);
  EXPECT_EQ(parse_literal("{}")->dict()->size(), 0U);
  EXPECT_EQ(parse_literal("{0: 'a', 1: [2, {'b': None}]}")->dict()->size(), 2U);
}

TEST(ParseLiteral, RefusesWhatIsNoLiteral) {
  for (const char* source :
       {"", "  ", "'open", "[1, 2", "{1: }", "{1}", "[1 2]", "1 2", "__import__('os')", "[x]", "1+1", "'\\u12'", "nan(", "(1", "{:}", ","}) {
    EXPECT_FALSE(parse_literal(source)) << source;
  }
  EXPECT_FALSE(parse_literal(std::string(1'000, '['))) << "too deep";
  EXPECT_FALSE(parse_literal(std::string((4U << 20U) + 1, ' ')));
}

TEST(ParseLiteral, HoldsOutAgainstHostileText) {
  std::mt19937 random(11);
  const std::string letters = "{}[](),:'\"\\ 0123456789.eE+-truefalsNone\n\t\x01\xff" + std::string(1, '\0');
  for (int round = 0; round < 20'000; ++round) {
    std::string source;
    for (std::size_t length = random() % 40; source.size() < length;) source += letters[random() % letters.size()];
    static_cast<void>(parse_literal(source));
  }
  const std::string good = R"({0: 'person', 1: "driver's \u00e9 seat", 2: [1, (2, 3)], 'a': {True: None}})";
  for (std::size_t length = 0; length < good.size(); ++length) EXPECT_FALSE(parse_literal(good.substr(0, length)));
  for (int round = 0; round < 20'000; ++round) {
    std::string source = good;
    for (int i = 0; i < 3; ++i) source[random() % source.size()] = letters[random() % letters.size()];
    static_cast<void>(parse_literal(source));
  }
}

TEST(ReadMetadata, UnderstandsWhatUltralyticsWrites) {
  Metadata metadata = read_metadata({{"description", "Ultralytics YOLO11n-pose model"},
                                     {"author", "Ultralytics"},
                                     {"task", "pose"},
                                     {"imgsz", "[640, 480]"},
                                     {"names", "{0: 'person', 2: \"it's\"}"},
                                     {"kpt_shape", "[17, 3]"},
                                     {"end2end", "False"},
                                     {"args", "{'nms': True, 'half': False}"},
                                     {"license", "AGPL-3.0 License (https://ultralytics.com/license)"}});
  EXPECT_EQ(metadata.task, "pose");
  EXPECT_EQ(metadata.input_height, 640);
  EXPECT_EQ(metadata.input_width, 480);
  EXPECT_EQ(metadata.names, (std::vector<std::string>{"person", "", "it's"}));
  EXPECT_EQ(metadata.keypoints, 17);
  EXPECT_EQ(metadata.keypoint_fields, 3);
  EXPECT_EQ(metadata.end2end, false);
  EXPECT_TRUE(metadata.nms);
  EXPECT_TRUE(metadata.of_ultralytics);
  EXPECT_EQ(metadata.licence, "AGPL-3.0");
}

TEST(ReadMetadata, ReadsNamesHoweverTheyAreWritten) {
  EXPECT_EQ(read_metadata({{"names", "['a', 'b']"}}).names.size(), 2U);
  EXPECT_EQ(read_metadata({{"names", R"({"0": "a", "1": "b"})"}}).names.size(), 2U);
  EXPECT_EQ(read_metadata({{"class_names", R"(["a"])"}}).names.size(), 1U);
  for (const char* broken : {"{-1: 'a'}", "{99999999: 'a'}", "{'x': 'a'}", "{0: 'a'", "3", "{1e300: 'a'}"})
    EXPECT_TRUE(read_metadata({{"names", broken}}).names.empty()) << broken;
}

TEST(ReadMetadata, ReadsHowAPhotoIsPrepared) {
  using Three = std::array<double, 3>;
  auto read = [](const char* mean, const char* deviation) { return read_metadata({{"mean", mean}, {"std", deviation}}).preparation; };
  EXPECT_EQ(read("[0, 0, 0]", "[1, 1, 1]").deviation, (Three{255, 255, 255})) << "of pixels in 0..1";
  EXPECT_EQ(read("[127, 127, 127]", "[128, 128, 128]").mean, (Three{127, 127, 127})) << "of bytes";
  EXPECT_EQ(read("[0, 0, 0]", "[255, 255, 255]").deviation, (Three{255, 255, 255}));
  for (auto [mean, deviation] : {std::pair("[0, 0]", "[1, 1]"), {"[0, 0, 0]", "[1, 0, 1]"}, {"[0, 0, 0]", "no"}, {"[-1, 0, 0]", "[1, 1, 1]"}, {"[0, 0, 'x']", "[1, 1, 1]"}})
    EXPECT_FALSE(read(mean, deviation).mean || read(mean, deviation).deviation) << mean << deviation;
  Metadata timm = read_metadata({{"input_size", "(3, 240, 256)"}, {"crop_pct", "1.0"}, {"interpolation", "bilinear"}});
  EXPECT_EQ(std::pair(timm.input_height, timm.input_width), std::pair(std::optional(240), std::optional(256)));
  EXPECT_EQ(timm.preparation.crop_share, 1);
  EXPECT_EQ(timm.preparation.interpolation, domain::Interpolation::bilinear_antialias);
  Metadata strange = read_metadata({{"crop_pct", "1.5"}, {"interpolation", "lanczos"}, {"input_size", "(1, 28, 28)"}});
  EXPECT_FALSE(strange.preparation.crop_share || strange.preparation.interpolation || strange.input_width);
}

TEST(ReadMetadata, ReadsPixelsAsOnnxTellsThem) {
  Metadata said = read_metadata({{"Image.BitmapPixelFormat", "Bgr8"}, {"Image.NominalPixelRange", "NominalRange_0_255"}});
  EXPECT_EQ(said.preparation.colour, domain::ColourOrder::bgr);
  EXPECT_EQ(said.preparation.mean, (std::array<double, 3>{0, 0, 0}));
  EXPECT_EQ(said.preparation.deviation, (std::array<double, 3>{1, 1, 1}));
  EXPECT_EQ(read_metadata({{"Image.NominalPixelRange", "Normalized_0_1"}}).preparation.deviation, (std::array<double, 3>{255, 255, 255}));
  EXPECT_EQ(read_metadata({{"Image.NominalPixelRange", "Normalized_1_1"}}).preparation.mean, (std::array<double, 3>{127.5, 127.5, 127.5}));
  Metadata both = read_metadata({{"Image.NominalPixelRange", "Normalized_1_1"}, {"mean", "[1, 2, 3]"}, {"std", "[4, 5, 6]"}});
  EXPECT_EQ(both.preparation.mean, (std::array<double, 3>{1, 2, 3})) << "what is said exactly goes first";
  Metadata unknown = read_metadata({{"Image.BitmapPixelFormat", "Gray8"}, {"Image.NominalPixelRange", "NominalRange_16_235"}});
  EXPECT_FALSE(unknown.preparation.colour);
  EXPECT_FALSE(unknown.says_scale());
}

TEST(ReadMetadata, KeepsShortPrintableLinesOnly) {
  Metadata metadata =
      read_metadata({{"note\n", std::string(10'000, 'x')}, {"names", "['two\\nlines']"}, {"imgsz", "[0, 640]"}, {"kpt_shape", "[17, 9]"}});
  EXPECT_LE(metadata.lines.at("note ").size(), 500U);
  EXPECT_TRUE(domain::is_printable_utf8(metadata.names.at(0)));
  EXPECT_FALSE(metadata.input_height || metadata.input_width);
  EXPECT_FALSE(metadata.keypoint_fields);
}

}  // namespace
}  // namespace darkroom::inference
