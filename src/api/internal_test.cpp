// Photos that one process fetches from another, over a real server.
#include "api/problem.h"
#include "api/routes.h"
#include "base/hash.h"
#include "blob/file_blob_store.h"
#include "http/server.h"
#include "peer/fetched_photos.h"
#include "store/open_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace darkroom::api {
namespace {

constexpr const char* kSecret = "the secret of this installation";

std::string read_all(const FileDescriptor& file) {
  std::string bytes(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  EXPECT_EQ(::pread(file.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return bytes;
}

// A web process that holds photos, and a worker's empty folder.
class PeerPhotos : public testing::Test {
 protected:
  PeerPhotos() : folder_(testing::TempDir() + "peer-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/worker");
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
    blobs_ = std::make_unique<blob::FileBlobStore>(folder_ + "/web");
    own_ = std::make_unique<blob::FileBlobStore>(folder_ + "/worker/blobs");
    parts_ = std::make_unique<Parts>(Parts{{.version = "0", .default_model = "demo", .max_attempts = 4}, *store_, *blobs_, catalogue_, clock_, [] { return RunnerReport{}; }, [] {}});
    http::ServerConfig config;
    config.port = 0;
    server_ = std::make_unique<http::Server>(config, make_routes(*parts_), make_guard({*store_, kSecret, clock_}), error_page);
  }

  static std::string keep(blob::BlobStore& blobs, const std::string& bytes) {
    auto staged = blobs.stage();
    staged->write(bytes);
    blobs.keep(*staged);
    return staged->sha256();
  }

  peer::FetchedPhotos photos(std::vector<std::string> urls, const std::string& secret = kSecret) {
    return {peer::FetchConfig{.folder = folder_ + "/worker", .secret = secret}, *own_, [urls] { return urls; }, clock_};
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  std::string folder_;
  SystemClock clock_;
  models::Catalogue catalogue_{models::CatalogueConfig{"", false}};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<blob::FileBlobStore> blobs_;
  std::unique_ptr<blob::FileBlobStore> own_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(PeerPhotos, ArriveWholeWhateverTheirSize) {
  std::string large(static_cast<std::size_t>(peer::kPhotoPiece) * 2 + 7, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 % 251);
  for (const std::string& bytes : {std::string("one small photo"), std::string(static_cast<std::size_t>(peer::kPhotoPiece), 'x'), large}) {
    auto file = photos({url()}).open(keep(*blobs_, bytes));
    ASSERT_TRUE(file);
    EXPECT_EQ(::lseek(file->get(), 0, SEEK_CUR), 0) << "a runner reads from the start";
    EXPECT_TRUE(read_all(*file) == bytes) << bytes.size();
  }
}

TEST_F(PeerPhotos, OnesOwnFolderComesFirst) {
  std::string sha256 = keep(*own_, "mounted here");
  EXPECT_EQ(read_all(photos({"http://127.0.0.1:1"}).open(sha256).value()), "mounted here");
}

TEST_F(PeerPhotos, TheNextProcessIsAskedWhenOneIsGoneOrHasNone) {
  std::string sha256 = keep(*blobs_, "here it is");
  EXPECT_TRUE(photos({"http://127.0.0.1:1", url()}).open(sha256));
  EXPECT_FALSE(photos({url()}).open(std::string(64, '0')));
  EXPECT_THROW(photos({"http://127.0.0.1:1"}).open(sha256), std::runtime_error) << "it may be there: to be tried again, not given up";
}

TEST_F(PeerPhotos, WithoutTheSecretNothingIsGiven) {
  std::string sha256 = keep(*blobs_, "private");
  try {
    photos({url()}, "another secret").open(sha256);
    FAIL() << "was given";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("cluster_secret"), std::string::npos) << error.what();
  }
}

// A bit that rots on the other machine, or a process that lies: never a wrong photo.
TEST_F(PeerPhotos, AnotherContentThanTheHashNamesIsRefused) {
  std::string sha256 = keep(*blobs_, "the true bytes");
  std::string path = folder_ + "/web/" + sha256.substr(0, 2) + "/" + sha256;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  std::ofstream(path) << "other bytes...";
  EXPECT_THROW(photos({url()}).open(sha256), std::runtime_error);
}

}  // namespace
}  // namespace darkroom::api
