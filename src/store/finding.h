// Finding images by what is known of them, changing what people may change, and what the event stream and the statistics read. A part of store.h.
#pragma once

#include "base/result.h"
#include "store/records.h"

#include <optional>
#include <string>
#include <vector>

namespace darkroom::store {

enum class ImageSort { newest, oldest, title };

// Where a page ends: the last image looked at, and its folded title where titles decide.
struct ImageKey {
  std::int64_t id = 0;
  std::string title = {};
};

// All conditions that are given must be met, by the image and its newest job.
struct ImageQuery {
  std::vector<domain::JobState> states = {};  // empty: any
  std::optional<std::string> model = {};
  std::optional<std::string> owner = {};
  std::optional<std::string> label = {};       // the newest result found it
  std::optional<std::string> error_code = {};
  std::optional<std::string> title = {};       // is a part of the title, in any case and either Unicode spelling
  std::optional<std::string> batch = {};       // public id
  std::optional<Time> created_from = {};       // inclusive
  std::optional<Time> created_before = {};     // exclusive
  ImageSort sort = ImageSort::newest;
  std::optional<ImageKey> after = {};
  int limit = 50;
};

struct FoundImage {
  ImageRecord image;
  std::vector<AttemptRecord> attempts;  // of its newest job
};

struct FoundImages {
  std::vector<FoundImage> images;
  std::optional<ImageKey> next;  // none: nothing is left. A page cut off by time may be short, or empty, and have it.
};

// Which images, and nothing of them.
struct FoundIds {
  std::vector<ImageId> ids;
  std::optional<ImageKey> next;  // as of FoundImages
};

struct ImageChange {
  std::optional<std::string> title = {};
  std::optional<int> priority = {};
};

// An event with what decides who may see it.
struct SeenEvent {
  Event event;
  std::optional<std::string> owner;  // of its image, also of one that was deleted, or of its batch
  std::optional<std::string> batch;  // public id, its own or its job's
};

struct SeenEvents {
  std::vector<SeenEvent> events;  // oldest first
  std::int64_t oldest = 0;        // the oldest event that is kept; 0: none
  std::int64_t newest = 0;        // that is settled
};

struct EndedJob {
  domain::JobState state = domain::JobState::completed;
  Time created_at{};
  std::optional<Time> started_at;
  Time finished_at{};
  std::optional<std::string> error_code;
};

// What a job found; kept when a newer job finds something else, until retention removes the job.
struct PastResult {
  std::string job;  // public id
  std::string model;
  std::string model_version;
  Time made_at{};
  bool is_newest = false;        // the one that the image shows
  bool newest_of_model = false;  // none of this model is newer
};

class Finding {
 public:
  virtual ~Finding() = default;

  // Looks for about as long as `longest` and says then where it stopped.
  virtual FoundImages find_images(const ImageQuery& query, Duration longest) = 0;
  // The same images in the same order, for those who count or change many.
  virtual FoundIds find_image_ids(const ImageQuery& query, Duration longest) = 0;
  // Deletes those of these images that still meet the conditions then, each in one transaction, as delete_image() does. Returns their number.
  virtual std::int64_t delete_found(const std::vector<ImageId>& images, const ImageQuery& query, const Actor& actor, Time now) = 0;
  // One transaction. Errors: not_found; precondition_failed; conflict when the priority is to change and the newest job does not wait.
  virtual Result<ImageRecord> change_image(ImageId id, const ImageChange& change, const Expectation<ImageRecord>& as_expected, const Actor& actor, Time now) = 0;
  // Events after this one that are settled, of one image if one is given, at most `limit`.
  virtual SeenEvents seen_events(std::int64_t after, int limit, std::optional<ImageId> image = {}) = 0;
  // Jobs of photos that ended since, newest first.
  virtual std::vector<EndedJob> ended_since(Time since, int limit) = 0;
  // The newest of each model first, then the older ones; each newest first, at most `limit` that are looked at. Empty for an image that is not there.
  virtual std::vector<PastResult> results_of(ImageId image, int limit) = 0;
  virtual std::optional<AttemptRecord> find_attempt(std::string_view job, int number) = 0;
};

}  // namespace darkroom::store
