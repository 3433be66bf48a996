#include "blob/file_blob_store.h"
#include "blob/partial_files.h"

#include <gtest/gtest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace darkroom::blob {
namespace {

// With staged files of both kinds.
class FileBlobStoreTest : public testing::TestWithParam<StagedBlob::Name> {
 protected:
  FileBlobStoreTest() : folder_(testing::TempDir() + "blobs-" + std::to_string(::getpid())) { std::filesystem::remove_all(folder_); }
  ~FileBlobStoreTest() override { std::filesystem::remove_all(folder_); }

  FileBlobStore open_store() const { return FileBlobStore(folder_, FileBlobStore::Leftovers::all, GetParam()); }
  static std::string content(int fd) {
    char text[64];
    ssize_t size = ::read(fd, text, sizeof text);
    return std::string(text, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  std::size_t incoming() const {
    auto files = std::filesystem::directory_iterator(folder_ + "/incoming");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  std::string folder_;
};

TEST_P(FileBlobStoreTest, KeepsBytesUnderTheirHash) {
  FileBlobStore store = open_store();
  auto staged = store.stage();
  staged->write("a");
  staged->write("bc");
  EXPECT_EQ(staged->size(), 3);
  EXPECT_EQ(staged->sha256(), sha256_hex("abc"));
  EXPECT_FALSE(store.open(sha256_hex("abc")));
  store.keep(*staged);
  auto opened = store.open(sha256_hex("abc"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(content(opened->get()), "abc");
  staged.reset();
  EXPECT_EQ(incoming(), 0u);
  EXPECT_TRUE(store.open(sha256_hex("abc")));
}

TEST_P(FileBlobStoreTest, KeepsTheSameContentTwiceAndRemovesItOnce) {
  FileBlobStore store = open_store();
  for (int i = 0; i < 2; ++i) {
    auto staged = store.stage();
    staged->write("same");
    store.keep(*staged);
  }
  store.remove(sha256_hex("same"));
  store.remove(sha256_hex("same"));
  EXPECT_FALSE(store.open(sha256_hex("same")));
}

TEST_P(FileBlobStoreTest, WhatIsNotKeptLeavesNothing) {
  FileBlobStore store = open_store();
  {
    auto staged = store.stage();
    staged->write("half of a pho");
    EXPECT_EQ(incoming(), GetParam() == StagedBlob::Name::later ? 0u : 1u);
  }
  EXPECT_EQ(incoming(), 0u);
}

TEST_P(FileBlobStoreTest, StartRemovesWhatAKilledProcessLeft) {
  { FileBlobStore store = open_store(); }
  std::ofstream(folder_ + "/incoming/left") << "half";
  FileBlobStore store = open_store();
  EXPECT_EQ(incoming(), 0u);
  EXPECT_GT(store.free_bytes(), 0);
}

TEST_P(FileBlobStoreTest, AnUploadHasOneWriterAtATime) {
  PartialFiles files(folder_);
  files.create("one");
  files.create("another");
  auto writer = files.write_to("one", false);
  ASSERT_TRUE(writer);
  writer->write("abc");
  EXPECT_FALSE(files.write_to("one", false)) << "two would write over each other";
  EXPECT_FALSE(files.write_to("one", true));
  EXPECT_FALSE(files.remove("one"));
  EXPECT_TRUE(files.write_to("another", false));
  writer.reset();
  auto next = files.write_to("one", false);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->offset(), 3);
  EXPECT_FALSE(files.write_to("none", false));
}

TEST_P(FileBlobStoreTest, AFullDiskIsToldApart) {
  // /dev/full answers every write with "no space left on device".
  FileBlobStore store = open_store();
  auto staged = store.stage();
  std::filesystem::path real = staged->path();
  FileDescriptor full(::open("/dev/full", O_WRONLY));
  ASSERT_GE(::dup2(full.get(), staged->fd()), 0);
  EXPECT_THROW(staged->write("no room"), DiskFull);
  staged.reset();
  EXPECT_FALSE(std::filesystem::exists(real));
}

TEST_P(FileBlobStoreTest, ARemovalBetweenKeepingAndCommittingIsMadeUpFor) {
  FileBlobStore store = open_store();
  std::string photo(200'000, 'p');
  photo += "end";
  auto staged = store.stage();
  staged->write(photo);
  store.keep(*staged);
  store.remove(sha256_hex(photo));
  store.confirm(*staged);
  staged.reset();
  auto opened = store.open(sha256_hex(photo));
  ASSERT_TRUE(opened);
  std::string found(photo.size() + 1, '\0');
  found.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(opened->get(), found.data(), found.size()), 0)));
  EXPECT_EQ(found, photo);
  EXPECT_EQ(incoming(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Staged, FileBlobStoreTest, testing::Values(StagedBlob::Name::later, StagedBlob::Name::at_once),
                         [](const auto& tested) { return tested.param == StagedBlob::Name::later ? "NamedLater" : "NamedAtOnce"; });

TEST(StagedBlobTest, HasNoNameUntilItIsWholeWhereTheFileSystemCanDoThat) {
  std::string folder = testing::TempDir() + "staged-" + std::to_string(::getpid());
  FileBlobStore store(folder);
  EXPECT_EQ(store.stage()->path(), "") << "a name is synced with the file, and may be left over";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder + "/incoming"), {}), 0) << "what was tried is gone";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace darkroom::blob
