#include "roles/credentials.h"

#include "auth/password.h"
#include "store/open_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <barrier>
#include <filesystem>
#include <future>
#include <vector>

namespace darkroom::roles {
namespace {

// Each has a data folder of its own over one database. Whoever tells a password tells the one that is stored.
TEST(EnsureAdmin, OfTwoThatStartTogetherOneTellsThePassword) {
  std::string folder = testing::TempDir() + "credentials-" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  SystemClock clock;
  auto store = store::open_store(folder + "/darkroom.db", clock.now());
  std::barrier together(2);
  std::vector<std::future<LogIn>> starts;
  for (const char* name : {"one", "two"}) {
    std::filesystem::create_directories(folder + "/" + name);
    starts.push_back(std::async(std::launch::async, [&, name] {
      together.arrive_and_wait();
      return ensure_admin(*store, folder + "/" + name, "", name, clock.now());
    }));
  }
  std::vector<std::string> told;
  for (auto& start : starts) {
    if (auto log_in = start.get(); log_in.new_password) told.push_back(*log_in.new_password);
  }
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(auth::verify_password(told[0], store->find_account(kAdminName)->password_hash));
  store.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace darkroom::roles
