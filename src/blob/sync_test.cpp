// That a photo outlives a loss of power once keep() has returned: its bytes are synced before it has its name, and its folder after.
// fsync of this program is replaced by one that notes what it was asked for, and refuses when a test says so.
#include "blob/file_blob_store.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Disk {
  std::vector<std::string> synced;  // paths
  std::string refuses;              // what has this in its path
  std::function<void()> at_sync = [] {};
};

Disk& disk() {
  static Disk disk;
  return disk;
}

}  // namespace

extern "C" int fsync(int descriptor) {
  std::string path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
  disk().at_sync();
  disk().synced.push_back(path);
  if (!disk().refuses.empty() && path.find(disk().refuses) != std::string::npos) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace darkroom::blob {
namespace {

class SyncOfAPhoto : public testing::Test {
 protected:
  SyncOfAPhoto() : folder_(testing::TempDir() + "blob-sync-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    store_ = std::make_unique<FileBlobStore>(folder_);
    staged_ = store_->stage();
    staged_->write("photo");
    disk() = {};
  }
  ~SyncOfAPhoto() override {
    disk() = {};
    staged_.reset();
    std::filesystem::remove_all(folder_);
  }

  bool has_name() { return store_->open(staged_->sha256()).has_value(); }

  std::string folder_;
  std::unique_ptr<FileBlobStore> store_;
  std::unique_ptr<StagedBlob> staged_;
};

TEST_F(SyncOfAPhoto, IsOfItsBytesBeforeItHasANameAndThenOfItsFolder) {
  std::vector<bool> named;
  disk().at_sync = [&] { named.push_back(has_name()); };
  store_->keep(*staged_);
  ASSERT_EQ(disk().synced.size(), 2u);
  EXPECT_NE(disk().synced[0].find("/incoming/"), std::string::npos) << disk().synced[0];
  EXPECT_EQ(disk().synced[1], std::filesystem::canonical(folder_ + "/" + staged_->sha256().substr(0, 2)));
  EXPECT_EQ(named, (std::vector<bool>{false, true}));
}

TEST_F(SyncOfAPhoto, ThatFailsKeepsNothing) {
  disk().refuses = "/incoming/";
  EXPECT_THROW(store_->keep(*staged_), std::runtime_error);
  EXPECT_FALSE(has_name());
}

TEST_F(SyncOfAPhoto, ThatFailsForItsFolderIsToldToo) {
  disk().refuses = "/" + staged_->sha256().substr(0, 2);
  EXPECT_THROW(store_->keep(*staged_), std::runtime_error);
}

}  // namespace
}  // namespace darkroom::blob
