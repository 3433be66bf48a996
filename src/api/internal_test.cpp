// Photos that one process fetches from another, over a real server.
#include "api/problem.h"
#include "api/routes.h"
#include "base/hash.h"
#include "blob/file_blob_store.h"
#include "http/server.h"
#include "peer/fetched_photos.h"
#include "store/open_store.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <stop_token>
#include <thread>

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

class LoopbackListener {
 public:
  LoopbackListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(socket_.get(), 1) != 0) throw std::runtime_error("no listener");
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }

  const std::string& url() const { return url_; }
  FileDescriptor accept() const { return FileDescriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
  void shut() { ::shutdown(socket_.get(), SHUT_RDWR); }

 private:
  FileDescriptor socket_;
  std::string url_;
};

// Says that it has the photo, and sends a byte now and then.
class DropByDrop {
 public:
  ~DropByDrop() { listener_.shut(); }

  const std::string& url() const { return listener_.url(); }
  void wait_until_it_drips() { drips_.get_future().wait(); }

 private:
  void serve() {
    FileDescriptor socket = listener_.accept();
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n" + std::string(peer::kPhotoBytesHeader) + ": 1000\r\n\r\n";
    if (!socket || ::send(socket.get(), head.data(), head.size(), MSG_NOSIGNAL) < 0) return;
    drips_.set_value();
    pollfd closed{socket.get(), POLLRDHUP, 0};
    for (int i = 0; i < 1000 && ::poll(&closed, 1, 50) == 0; ++i) ::send(socket.get(), "x", 1, MSG_NOSIGNAL);
  }

  LoopbackListener listener_;
  std::promise<void> drips_;
  std::jthread thread_{[this] { serve(); }};
};

// Sends a byte with each request, and the length that it is told to claim with it.
class ByteByByte {
 public:
  explicit ByteByByte(std::function<int(int)> length_at) : length_at_(std::move(length_at)), thread_([this](std::stop_token stop) { serve(stop); }) {}
  ~ByteByByte() { listener_.shut(); }

  std::string url() const { return listener_.url(); }
  int requests() const { return requests_; }

 private:
  void serve(const std::stop_token& stop) {
    FileDescriptor socket = listener_.accept();
    std::string got;
    char piece[4096];
    while (socket && !stop.stop_requested()) {
      pollfd wanted{socket.get(), POLLIN, 0};
      if (::poll(&wanted, 1, 20) == 0) continue;
      ssize_t size = ::read(socket.get(), piece, sizeof piece);
      if (size <= 0) return;
      got.append(piece, static_cast<std::size_t>(size));
      if (!got.ends_with("\r\n\r\n")) continue;
      got.clear();
      std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + std::string(peer::kPhotoBytesHeader) + ": " + std::to_string(length_at_(requests_++)) + "\r\n\r\nx";
      if (::send(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  LoopbackListener listener_;
  std::function<int(int)> length_at_;
  std::atomic<int> requests_ = 0;
  std::jthread thread_;
};

// Takes calls and ends them without a word.
class HangsUp {
 public:
  ~HangsUp() { listener_.shut(); }

  std::string url() const { return listener_.url(); }
  int calls() const { return calls_; }

 private:
  void serve() {
    while (FileDescriptor socket = listener_.accept()) ++calls_;
  }

  LoopbackListener listener_;
  std::atomic<int> calls_ = 0;
  std::jthread thread_{[this] { serve(); }};
};

// Each photo of a machine that is away would hold a slot until its time-out.
TEST_F(PeerPhotos, AProcessThatDoesNotAnswerIsLeftAloneForAWhile) {
  HangsUp away;
  std::vector<std::string> urls{away.url()};
  peer::FetchedPhotos resting({.folder = folder_ + "/worker", .secret = kSecret, .rest = std::chrono::minutes(10)}, *own_, [&] { return urls; }, clock_);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(resting.open(std::string(64, '0')), blob::Unreachable);
  EXPECT_EQ(away.calls(), 1);
  peer::FetchedPhotos restless({.folder = folder_ + "/worker", .secret = kSecret, .rest = std::chrono::milliseconds(0)}, *own_, [&] { return urls; }, clock_);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(restless.open(std::string(64, '0')), blob::Unreachable);
  EXPECT_EQ(away.calls(), 4);
}

TEST_F(PeerPhotos, BehindAProcessThatLiesTheNextOneIsAsked) {
  std::string sha256 = keep(*blobs_, "the true bytes");
  ByteByByte liar([](int) { return 1; });
  EXPECT_EQ(read_all(photos({liar.url(), url()}).open(sha256).value()), "the true bytes");
}

// Each piece came in time, and a large photo held its slot for many minutes.
TEST_F(PeerPhotos, AProcessThatSendsPieceByPieceForTooLongIsAsGoodAsNone) {
  ByteByByte slow([](int) { return 50'000; });
  peer::FetchedPhotos fetching({.folder = folder_ + "/worker", .secret = kSecret, .photo_timeout = std::chrono::milliseconds(200)}, *own_, [&] { return std::vector{slow.url()}; }, clock_);
  EXPECT_THROW(fetching.open(std::string(64, '0')), blob::Unreachable);
  DropByDrop slower;
  peer::FetchedPhotos waiting({.folder = folder_ + "/worker", .secret = kSecret, .photo_timeout = std::chrono::milliseconds(200)}, *own_, [&] { return std::vector{slower.url()}; }, clock_);
  EXPECT_THROW(waiting.open(std::string(64, '0')), blob::Unreachable) << "in the middle of a piece";
}

TEST_F(PeerPhotos, AProcessThatClaimsAnotherLengthWithEachPieceIsNotBelieved) {
  ByteByByte growing([](int request) { return std::min(request + 2, 100); });
  EXPECT_THROW(photos({growing.url()}).open(std::string(64, '0')), std::runtime_error);
  EXPECT_EQ(growing.requests(), 2);
}

// It held its slot for hours.
TEST_F(PeerPhotos, AProcessThatSendsDropByDropIsAsGoodAsNone) {
  DropByDrop slow;
  peer::FetchedPhotos fetching({.folder = folder_ + "/worker", .secret = kSecret, .piece_timeout = std::chrono::milliseconds(300)}, *own_, [&] { return std::vector{slow.url()}; }, clock_);
  EXPECT_THROW(fetching.open(std::string(64, '0')), blob::Unreachable);
}

TEST_F(PeerPhotos, AFetchThatNobodyWaitsForEnds) {
  DropByDrop slow;
  peer::FetchedPhotos fetching({.folder = folder_ + "/worker", .secret = kSecret}, *own_, [&] { return std::vector{slow.url()}; }, clock_);
  std::stop_source stop;
  auto fetched = std::async(std::launch::async, [&] { return fetching.open_unless_stopped(std::string(64, '0'), stop.get_token()); });
  slow.wait_until_it_drips();
  stop.request_stop();
  EXPECT_THROW(fetched.get(), blob::CalledOff);
}

}  // namespace
}  // namespace darkroom::api
