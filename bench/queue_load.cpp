// How fast the queue is through store.h, in one process and without HTTP, files or models: threads that put jobs in, then threads that take each job,
// end it and take the next in the same transaction, as slots do. Everything is durable before it counts. Then how soon a job starts on an idle queue.
// Prints one JSON line.
//
//   queue_load --store /path/file.db|postgresql://... [--jobs 20000] [--threads 64] [--batch 1] [--idle 200]
//
// --batch: how many jobs a worker takes at once, and ends in one call; each has its own attempt, result and events.
#include "support.h"

#include "store/open_store.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>

namespace darkroom::bench {
namespace {

constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";
constexpr int kOwners = 8;

Time now() { return SystemClock().now(); }

store::NewImage image(int number) {
  store::NewImage image;
  char digits[65];
  std::snprintf(digits, sizeof digits, "%064x", static_cast<unsigned>(number));
  image.title = "photo.jpg";
  image.owner = "owner-" + std::to_string(number % kOwners);
  image.metadata = "{\"note\":\"" + std::string(1000, 'x') + "\"}";  // the payload of the jobs that it is compared with
  image.sha256 = digits;
  image.byte_count = 92'000;
  image.format = "JPEG";
  image.width = 640;
  image.height = 480;
  image.model = "demo";
  return image;
}

store::ClaimRequest request(int count) { return {kNode, "slot", {domain::lane_of(domain::kProcessQueue, "demo")}, count}; }

domain::Ending success() { return domain::Succeeded{{}, R"({"schema":"darkroom.result/1","status":"success"})"}; }

// Runs `work` on so many threads and returns how long all of them took. What one of them throws ends the program.
double timed(int threads, const std::function<void(int)>& work) {
  auto begun = SteadyClock::now();
  {
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
  }
  return seconds_between(begun, SteadyClock::now());
}

double enqueue(store::Store& store, int jobs, int threads, int first) {
  std::atomic<int> next = 0;
  return jobs / timed(threads, [&](int) {
           for (int number = next++; number < jobs; number = next++) store.create_image(image(first + number), {"bench", ""}, now()).value();
         });
}

// A worker of the queue: its next jobs are claimed by the transaction that ends its last ones. As a slot does (Store::finish), it goes on before the news of
// the commit, and waits for that after its next ending, so that never more than two are on their way.
int work_off(store::Store& store, int batch) {
  int done = 0;
  std::shared_future<void> before;
  for (auto jobs = store.claim(request(batch), now()); !jobs.empty();) {
    std::vector<store::Finish> endings;
    for (const auto& job : jobs) endings.push_back({job.fence, success(), "slot", "v1"});
    auto finished = store.finish_all(endings, request(batch), {}, now());
    for (bool applied : finished.applied) {
      if (!applied) throw std::runtime_error("an ending was refused");
      ++done;
    }
    if (before.valid()) before.get();
    before = std::move(finished.stored);
    jobs = std::move(finished.next);
  }
  if (before.valid()) before.get();
  return done;
}

// One job at a time on an empty queue: from the call that puts it in to the return of the claim that takes it, which waits for the news of the commit.
std::vector<double> idle_starts(store::Store& store, int count) {
  std::mutex mutex;
  std::condition_variable told;
  bool news = false;
  store.on_commit([&](const std::vector<store::Event>& events) {
    std::lock_guard lock(mutex);
    for (const auto& event : events) news = news || event.type == "image.created";
    told.notify_one();
  });
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    SteadyClock::time_point started;
    std::jthread worker([&] {
      {
        std::unique_lock lock(mutex);
        told.wait(lock, [&] { return news; });
        news = false;
      }
      auto jobs = store.claim(request(1), now());
      started = SteadyClock::now();
      store.finish({jobs.at(0).fence, success(), "slot", "v1"}, request(0), {}, now()).stored.get();
    });
    auto asked = SteadyClock::now();
    store.create_image(image(10'000'000 + i), {"bench", ""}, now()).value();
    worker.join();
    times.push_back(1000 * seconds_between(asked, started));
  }
  store.on_commit(nullptr);
  return times;
}

int run(const Arguments& arguments) {
  auto store = store::open_store(arguments.text("store"), now());
  int jobs = arguments.number("jobs", "20000"), threads = arguments.number("threads", "64"), batch = arguments.number("batch", "1");
  double cpu = own_cpu_seconds();
  double in = enqueue(*store, jobs, threads, 1);
  double cpu_in = own_cpu_seconds();
  std::atomic<int> done = 0;
  double took = timed(threads, [&](int) { done += work_off(*store, batch); });
  double cpu_out = own_cpu_seconds();
  if (done != jobs) throw std::runtime_error("done " + std::to_string(done) + " of " + std::to_string(jobs));
  auto idle = idle_starts(*store, arguments.number("idle", "200"));
  std::fputs(json_line({{"jobs", jobs}, {"threads", threads}, {"batch", batch}, {"enqueue_per_s", in}, {"process_per_s", done / took},
                       {"enqueue_cpu_us", (cpu_in - cpu) / jobs * 1e6}, {"process_cpu_us", (cpu_out - cpu_in) / jobs * 1e6},
                       {"idle_start_p50_ms", quantile(idle, 0.5)}, {"idle_start_p99_ms", quantile(idle, 0.99)}})
                .c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace darkroom::bench

int main(int count, char** arguments) { return darkroom::bench::run_main(count, arguments, darkroom::bench::run); }
