// For the tests of the worker: a database that is deaf, silent or busy when a test says so.
#pragma once

#include "store/sql/sqlite_database.h"
#include "store/sql_store.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::worker::test {

// SQLite, but for the signs of life, which are refused while it is deaf and wait while it is silent, and for what may be done between a commit that several share and its answer.
class OddDatabase final : public store::Database {
 public:
  OddDatabase(const std::string& path, Time now) : inner_(path, now) {}
  bool is_shared() const override { return false; }
  void write_together(const store::SharedVerb& verb, void* ask, std::size_t weight) override {
    inner_.write_together(verb, ask, weight);
    if (before_answer) before_answer();
  }
  std::shared_future<void> write_together_early(const store::SharedVerb& verb, void* ask, std::size_t weight) override { return inner_.write_together_early(verb, ask, weight); }
  void on_commit(std::function<void(const std::vector<store::Event>&)> listener) override { inner_.on_commit(std::move(listener)); }
  std::chrono::steady_clock::time_point last_sign() const { return last_sign_.load(); }  // of life that came through: when it was sent
  std::atomic<bool> deaf = false;
  std::atomic<bool> silent = false;
  std::function<void()> before_answer;  // set while nobody writes

 private:
  void write_blocking(std::function<void(store::Transaction&)> work) override { inner_.write([&](store::Transaction& transaction) { return work(transaction), true; }); }
  void write_apart_blocking(std::function<void(store::Transaction&)> work) override {
    silent.wait(true);
    if (deaf) throw store::StoreUnavailable("deaf");
    auto sent = std::chrono::steady_clock::now();
    write_blocking(std::move(work));
    last_sign_ = sent;
  }
  void read_blocking(const std::function<void(store::Connection&)>& work, Found) override { inner_.read([&](store::Connection& connection) { return work(connection), true; }); }

  store::SqliteDatabase inner_;
  std::atomic<std::chrono::steady_clock::time_point> last_sign_{};
};

// A fixture whose store is over one.
template <class Fixture>
class OverOddDatabase : public Fixture {
 protected:
  OverOddDatabase() {
    this->store_->on_commit(nullptr);
    this->store_.reset();
    auto made = std::make_unique<OddDatabase>(this->folder_ + "/darkroom.db", this->clock_.now());
    database_ = made.get();
    this->store_ = std::make_unique<store::SqlStore>(std::move(made));
    this->listen();
  }

  OddDatabase* database_;
};

}  // namespace darkroom::worker::test
