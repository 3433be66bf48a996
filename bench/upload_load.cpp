// The load generator: uploads photos as multipart forms over a number of connections, in C++ so that it takes little of the processors
// that it shares with what it measures. Prints one JSON line.
//
//   upload_load --address 127.0.0.1 --port 8470 --path /api/v1/images --field file --photos a.jpg b.jpg --series run1
//               [--count 500] [--connections 8] [--token TOKEN]
#include "http_connection.h"
#include "support.h"

#include <atomic>
#include <cstdio>
#include <exception>
#include <thread>

namespace darkroom::bench {
namespace {

constexpr const char* kBoundary = "----darkroom-bench-7d9a41c2";

std::string form_field(const std::string& name, const std::string& value) {
  return std::string("--") + kBoundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string request_of(const Arguments& arguments, const std::string& photo, int number) {
  std::string body = form_field("title", "photo " + std::to_string(number)) + form_field("priority", "0");
  body += std::string("--") + kBoundary + "\r\nContent-Disposition: form-data; name=\"" + arguments.text("field") + "\"; filename=\"photo" +
          std::to_string(number) + ".jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" + photo + "\r\n--" + kBoundary + "--\r\n";
  std::string head = "POST " + arguments.text("path") + " HTTP/1.1\r\nHost: " + arguments.text("address") + "\r\n";
  if (std::string token = arguments.text("token", ""); !token.empty()) head += "Authorization: Bearer " + token + "\r\n";
  return head + "Content-Type: multipart/form-data; boundary=" + kBoundary + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Tally {
  std::atomic<int> next = 0;
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  std::vector<double> seconds;  // one a photo, each written by the thread that sent it
};

void send_photos(const Arguments& arguments, const std::vector<std::string>& requests, Tally& tally) {
  HttpConnection connection(arguments.text("address"), static_cast<std::uint16_t>(arguments.number("port")));
  int count = static_cast<int>(requests.size());
  for (int i = tally.next++; i < count; i = tally.next++) {
    auto at = static_cast<std::size_t>(i);
    auto begun = SteadyClock::now();
    int status = connection.exchange(requests[at]);
    tally.seconds[at] = seconds_between(begun, SteadyClock::now());
    ++(status == 201 ? tally.accepted : tally.refused);
  }
}

int run(const Arguments& arguments) {
  int count = arguments.number("count", "500");
  Photos photos(arguments.list("photos"), arguments.text("series"));
  std::vector<std::string> requests;  // made before the clock runs
  for (int i = 0; i < count; ++i) requests.push_back(request_of(arguments, photos.make(i), i));

  Tally tally;
  tally.seconds.resize(requests.size());
  double begun_at = seconds_since_epoch();
  double cpu = own_cpu_seconds();
  auto begun = SteadyClock::now();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < arguments.number("connections", "8"); ++i) {
      threads.emplace_back([&] {
        try {
          send_photos(arguments, requests, tally);
        } catch (const std::exception& error) {
          std::fprintf(stderr, "upload_load: %s\n", error.what());
        }
      });
    }
  }
  double wall = seconds_between(begun, SteadyClock::now());
  std::string line = json_line({{"count", count}, {"accepted", tally.accepted}, {"refused", tally.refused}, {"begun_at", begun_at}, {"wall_s", wall},
                                {"per_s", count / wall}, {"p50_ms", quantile(tally.seconds, 0.5) * 1e3}, {"p95_ms", quantile(tally.seconds, 0.95) * 1e3},
                                {"cpu_s", own_cpu_seconds() - cpu}});
  std::fputs(line.c_str(), stdout);
  return tally.accepted == count ? 0 : 1;
}

}  // namespace
}  // namespace darkroom::bench

int main(int count, char** arguments) { return darkroom::bench::run_main(count, arguments, darkroom::bench::run); }
