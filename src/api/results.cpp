// The newest results of all images that meet the conditions of the list, as one download: read and sent a page at a time, so that it may have any length.
#include "api/guard.h"
#include "api/handlers.h"
#include "api/image_query.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/results_table.h"
#include "api/waiting.h"
#include "domain/error_codes.h"
#include "json/text.h"

#include <atomic>
#include <memory>

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr int kPage = 50;  // with masks in it a result may have some hundred kilobytes
constexpr auto kLongestSearch = std::chrono::milliseconds(200);
constexpr int kMostDownloads = 20;
constexpr const char* kDownloads = "downloads";  // nobody wakes them

// A line of its own; what is stored is put in as it is.
std::string result_line(const store::ImageRecord& image) {
  std::string line = darkroom::json::to_text(json::object{{"image_id", image.id.value},
                                                          {"title", image.title},
                                                          {"uploaded_by", image.owner},
                                                          {"external_id", image.external_id ? json::value(*image.external_id) : json::value(nullptr)},
                                                          {"uploaded_at", to_rfc3339(image.created_at)},
                                                          {"status", image_status(image.job.state)},
                                                          {"error_code", image.job.error ? json::value(image.job.error->code) : json::value(nullptr)}});
  line.back() = ',';
  return line + "\"result\":" + image.document.value_or("null") + "}";
}

class Download {
 public:
  Download(const Parts& parts, ResultsQuery wanted) : parts_(parts), wanted_(std::move(wanted)) { ++open_; }
  ~Download() { --open_; }
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  static bool has_room() { return open_ < kMostDownloads; }

  http::EventStream::Piece next() {
    std::string text;
    if (!begun_) text = wanted_.as_table ? results_head() : "[";
    begun_ = true;
    wanted_.images.limit = static_cast<int>(std::min<std::int64_t>(kPage, wanted_.most - sent_));
    store::FoundImages page = parts_.store.find_images(wanted_.images, kLongestSearch);
    for (const store::FoundImage& each : page.images) {
      if (wanted_.as_table) text += results_rows(each.image);
      else text += (sent_ > 0 ? ",\n" : "\n") + result_line(each.image);
      ++sent_;
    }
    wanted_.images.after = page.next;
    bool ended = !page.next || sent_ >= wanted_.most;
    if (ended && !wanted_.as_table) text += "\n]\n";
    return {.text = std::move(text), .more_at_once = !ended, .ended = ended};
  }

 private:
  static inline std::atomic<int> open_ = 0;
  const Parts& parts_;
  ResultsQuery wanted_;
  bool begun_ = false;
  std::int64_t sent_ = 0;
};

http::Response head_of(const ResultsQuery& wanted, Time now) {
  std::string name = "darkroom-results-" + to_rfc3339(now).substr(0, 10) + (wanted.as_table ? ".csv" : ".json");
  http::Response head;
  head.content_type = wanted.as_table ? "text/csv; charset=utf-8; header=present" : "application/json";
  head.headers = {{"Content-Disposition", "attachment; filename=\"" + name + "\""}, {"X-Accel-Buffering", "no"}};
  return head;
}

}  // namespace

http::Reply download_results(const Parts& parts, const http::Request& request) {
  auto wanted = read_results_query(request);
  if (!wanted) return problem(wanted.error());
  if (!Download::has_room()) return problem(domain::code::unavailable, "As many results are being downloaded as allowed. Try again when one of these is done.");
  http::Response head = head_of(*wanted, parts.clock.now());
  auto download = std::make_shared<Download>(parts, std::move(*wanted));
  return http::EventStream{.key = kDownloads, .next = [download] { return download->next(); }, .head = std::move(head)};
}

}  // namespace darkroom::api
