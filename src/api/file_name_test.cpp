#include "api/file_name.h"

#include <gtest/gtest.h>

namespace darkroom::api {
namespace {

TEST(DownloadName, KeepsANameThatIsOne) {
  EXPECT_EQ(download_name("holiday.jpg", "JPEG"), "holiday.jpg");
  EXPECT_EQ(download_name("Holiday.JPEG", "JPEG"), "Holiday.JPEG");
  EXPECT_EQ(download_name("봄 소풍.png", "PNG"), "봄 소풍.png");
}

TEST(DownloadName, TheFormatDecidesTheExtension) {
  EXPECT_EQ(download_name("page.html", "JPEG"), "page.html.jpg");
  EXPECT_EQ(download_name("photo.jpg", "PNG"), "photo.jpg.png");
  EXPECT_EQ(download_name("photo", "WEBP"), "photo.webp");
  EXPECT_EQ(download_name("a.gif", "GIF"), "a.gif");
  EXPECT_EQ(download_name("IMG_0001.HEIC", "HEIC"), "IMG_0001.HEIC");
  EXPECT_EQ(download_name("a.jpg", "AVIF"), "a.jpg.avif");
  EXPECT_EQ(download_name("a", "else"), "a.bin");
}

TEST(DownloadName, FoolsNoFileSystem) {
  EXPECT_EQ(download_name("../../etc/passwd", "JPEG"), "_.._etc_passwd.jpg");
  EXPECT_EQ(download_name("C:\\photos\\a.jpg", "JPEG"), "C_photos_a.jpg");
  EXPECT_EQ(download_name(std::string("a\0b\r\n.jpg", 9), "JPEG"), "a_b_.jpg");
  EXPECT_EQ(download_name("con", "JPEG"), "_con.jpg");
  EXPECT_EQ(download_name("LPT1.jpg", "JPEG"), "_LPT1.jpg");
  EXPECT_EQ(download_name("...", "JPEG"), "photo.jpg");
  EXPECT_EQ(download_name("", "JPEG"), "photo.jpg");
  EXPECT_EQ(download_name(".jpg", "JPEG"), "jpg.jpg");
}

// "holiday<RTL>gpj.exe" would be read as "holidayexe.jpg".
TEST(DownloadName, MarksThatTurnTheDirectionGo) { EXPECT_EQ(download_name("holiday\u202egpj.exe", "JPEG"), "holiday_gpj.exe.jpg"); }

TEST(DownloadName, BrokenTextAndLongTextBecomeShortText) {
  EXPECT_EQ(download_name("a\xff\xc3", "JPEG"), "a_.jpg");
  std::string longest = download_name(std::string(1000, 'x'), "JPEG");
  EXPECT_LE(longest.size(), 150u);
  std::string korean;
  for (int i = 0; i < 100; ++i) korean += "가";
  std::string cut = download_name(korean, "JPEG");
  EXPECT_LE(cut.size(), 150u);
  EXPECT_EQ((cut.size() - 4) % 3, 0u) << "cut between characters";
}

TEST(Attachment, NamesItForOldAndNewReaders) {
  EXPECT_EQ(attachment("봄 1.jpg"), "attachment; filename=\"_ 1.jpg\"; filename*=UTF-8''%EB%B4%84%201.jpg");
  EXPECT_EQ(attachment("a;b=\"c.jpg"), "attachment; filename=\"a_b__c.jpg\"; filename*=UTF-8''a%3Bb%3D%22c.jpg");
}

}  // namespace
}  // namespace darkroom::api
