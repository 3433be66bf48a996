// The store over SQL, split by aggregate: sql_store_images, _claims, _endings, _nodes, _queries, _finding, _job_lists, _line, _failures, _insight, _minutes, _acting, _batches, _access, _uploads, _endpoints, _deliveries.
#pragma once

#include "store/sql/database.h"
#include "store/sql_lane_starts.h"
#include "store/sql_turns.h"
#include "store/store.h"

#include <string>

namespace darkroom::store {

class SqlStore final : public Store {
 public:
  explicit SqlStore(std::unique_ptr<Database> database);

  bool is_shared() const override { return database_->is_shared(); }
  Time clock(Time now) override;

  Result<ImageRecord> create_image(const NewImage& image, const Actor& actor, Time now) override;
  Result<std::optional<ImageRecord>> image_of_key(const IdempotencyKey& key, Time now) override;
  Result<ImageRecord> retry_job(std::string_view public_id, const Actor& actor, Time now) override;
  Result<ImageRecord> reprocess_image(ImageId id, const Reprocess& how, const Actor& actor, Time now) override;
  Result<std::optional<std::string>> delete_image(ImageId id, const Actor& actor, Time now, const Expectation<ImageRecord>& as_expected) override;
  bool remove_content(std::string_view sha256, std::string_view folder, const std::function<void()>& unlink) override;
  std::vector<std::string> blobs_to_remove(std::string_view folder) override;

  std::vector<domain::ClaimedJob> claim(const ClaimRequest& request, Time now) override;
  AllFinished finish_all(std::span<const Finish> finishes, const ClaimRequest& next, const domain::RetryPolicy& policy, Time now) override;
  Finished finish(const Finish& finish, const ClaimRequest& next, const domain::RetryPolicy& policy, Time now) override;
  Promoted promote_due(int most, Time now) override;
  int pull_back_retries(Duration longest, int most, Time now) override;
  Promoted expire_due(int most, Time now) override;
  int requeue_orphans(std::string_view reason, const domain::RetryPolicy& policy, Time now) override;

  std::optional<ImageRecord> find_image(ImageId id) override;
  std::optional<JobRecord> find_job(std::string_view public_id) override;
  std::optional<std::string> result_of(std::string_view public_id) override;
  ImagePage list_images(std::optional<ImageId> before, int limit) override;
  std::vector<JobRecord> jobs_of(ImageId id) override;
  FoundJobs find_jobs(const JobQuery& query) override;
  JobsInLine jobs_in_line(const LineQuery& query) override;
  std::vector<AttemptRecord> attempts_of(JobId id) override;
  JobCounts count_jobs(const std::optional<std::string>& owner) override;

  FoundImages find_images(const ImageQuery& query, Duration longest) override;
  FoundIds find_image_ids(const ImageQuery& query, Duration longest) override;
  std::int64_t delete_found(const std::vector<ImageId>& images, const ImageQuery& query, const Actor& actor, Time now) override;
  Result<ImageRecord> change_image(ImageId id, const ImageChange& change, const Expectation<ImageRecord>& as_expected, const Actor& actor, Time now) override;
  SeenEvents seen_events(std::int64_t after, int limit, std::optional<ImageId> image) override;
  std::vector<EndedJob> ended_since(Time since, int limit) override;
  std::vector<PastResult> results_of(ImageId image, int limit) override;
  bool note_minutes(Time now) override;
  std::vector<Stint> stints(const StintQuery& query, Time now) override;
  FailureGroups failures(const FailureQuery& query) override;
  std::optional<AttemptRecord> find_attempt(std::string_view job, int number) override;

  Result<UploadRecord> begin_upload(const UploadRecord& upload, std::int64_t most_bytes) override;
  std::optional<UploadRecord> find_upload(std::string_view id) override;
  void finish_upload(std::string_view id, ImageId image) override;
  void forget_upload(std::string_view id) override;
  std::vector<UploadRecord> open_uploads(std::string_view home, std::string_view after, int most) override;
  std::vector<UploadRecord> expired_uploads(std::string_view home, const std::optional<UploadRecord>& after, Time now, int most) override;
  void forget_lost_uploads(Time now) override;

  Result<JobRecord> cancel_job(std::string_view public_id, const Actor& actor, Time now) override;
  Result<JobRecord> reprioritise_job(std::string_view public_id, int priority, const Actor& actor, Time now, const Expectation<JobRecord>& as_expected) override;
  BulkResult act_on_jobs(const JobFilter& filter, const BulkAction& action, bool dry_run, const Actor& actor, Time now) override;
  BatchRecord create_batch(std::string_view title, std::string_view owner, const Actor& actor, Time now, std::string_view filled_by = {}) override;
  Result<BatchRecord> seal_batch(std::string_view public_id, const Actor& actor, Time now) override;
  std::optional<BatchRecord> find_batch(std::string_view public_id) override;
  std::vector<BatchRecord> list_batches(int limit, const std::optional<std::string>& owner, const std::optional<std::int64_t>& before) override;
  int complete_batches(Time now) override;
  std::vector<Quarantined> list_quarantine(int limit) override;
  Result<void> release_quarantine(std::string_view sha256, const Actor& actor, Time now) override;

  std::vector<QueueReport> queues(Time now) override;
  Result<QueueSettings> change_queue(std::string_view name, const QueueChange& change, const Actor& actor, Time now, const Expectation<QueueSettings>& as_expected = {}) override;
  Result<Place> place_of(std::string_view public_id, Time now, ItsModel model = ItsModel::may_run) override;
  std::map<std::int64_t, Place> places_of(const std::vector<JobId>& jobs, Time now) override;
  void register_node(const NodeRecord& node, Duration lease, Time now, Begins begins) override;
  Beat beat(std::string_view node, NodeState state, const std::vector<domain::Fence>& running, Duration lease, Time now) override;
  void unregister_node(std::string_view node, std::string_view why, Time now) override;
  int give_back(std::string_view node, std::string_view worker, Time now) override;
  int rescue_expired(const domain::RetryPolicy& policy, Time now, Duration within) override;
  int rescue_abandoned(const domain::RetryPolicy& policy, Time now) override;
  std::vector<NodeRecord> nodes(Time now) override;
  std::set<std::string> known_models(Time now) override;
  std::vector<std::string> peers_of(std::string_view node) override;

  Result<ScheduleRecord> put_schedule(const domain::Schedule& rule, std::optional<Time> next_slot, const Actor& actor, Time now) override;
  bool add_schedule(const domain::Schedule& rule, std::optional<Time> next_slot, const Actor& actor, Time now) override;
  bool keep_kind(const domain::Schedule& rule, std::string_view actor, Time now) override;
  Result<void> delete_schedule(std::string_view name, const Actor& actor, Time now) override;
  Result<ScheduleRecord> pause_schedule(std::string_view name, const Actor& actor, Time now) override;
  Result<ScheduleRecord> resume_schedule(std::string_view name, Time next_slot, const Actor& actor, Time now) override;
  Result<std::string> run_schedule(std::string_view name, int max_attempts, const Actor& actor, Time now) override;
  bool fire(const Firing& firing, Time now) override;
  std::vector<ScheduleRecord> list_schedules() override;
  std::optional<ScheduleRecord> find_schedule(std::string_view name) override;
  std::vector<ScheduleRecord> due_schedules(Time now, int most) override;
  std::optional<Time> next_slot_of_all() override;
  bool set_back(const ScheduleRecord& schedule, Time next_slot, Time now) override;
  std::vector<FireRecord> fires_of(std::string_view name, int limit) override;

  Stretch prune_history(std::int64_t after, Time before) override;
  Stretch prune_batches(std::int64_t after, Time before) override;
  Stretch prune_images(std::int64_t after, domain::JobState state, Time before, const Actor& actor, Time now) override;
  Stretch prune_events(std::int64_t after, Time before, Time now) override;
  Stretch prune_maintenance(Time before) override;
  std::vector<std::string> unused_blobs(const std::vector<std::string>& contents) override;
  std::vector<std::string> note_unused_blobs(const std::vector<std::string>& contents, Time now) override;
  RepairStretch repair_jobs(std::int64_t after, Time now) override;
  RepairStretch repair_images(std::int64_t after, std::string_view model, Time now) override;
  SumsStretch look_at_sums(std::string_view after) override;
  bool repair_sum(const WrongSum& wrong, Time now) override;
  std::int64_t failures_since(Time since) override;
  std::optional<Time> note_crossing(std::string_view name, bool crossed, Time now) override;
  bool set_alert(std::string_view name, std::string_view node, const std::optional<AlertText>& text, Time now) override;
  std::vector<Alert> alerts() override;
  std::vector<Alert> ended_alerts(int limit) override;

  EndpointRecord create_endpoint(const EndpointRecord& endpoint, const Actor& actor, Time now) override;
  Result<EndpointRecord> change_endpoint(std::string_view public_id, const EndpointChange& change, const Actor& actor, Time now) override;
  Result<void> delete_endpoint(std::string_view public_id, const Actor& actor, Time now) override;
  std::vector<EndpointRecord> list_endpoints() override;
  std::optional<EndpointRecord> find_endpoint(std::string_view public_id) override;
  Result<DeliveryRecord> test_endpoint(std::string_view public_id, const Actor& actor, Time now) override;
  ClaimedDeliveries claim_deliveries(const DeliveryClaim& claim, Time now) override;
  bool settle_delivery(const SettledTry& settled, Time now) override;
  int release_deliveries(bool all, Time now) override;
  void forget_holds(Time now) override;
  bool has_receivers() override;
  DeliveryPage list_deliveries(const DeliveryFilter& filter, std::optional<std::int64_t> before, int limit) override;
  std::optional<DeliveryRecord> find_delivery(std::string_view public_id) override;
  std::vector<TryRecord> tries_of(std::int64_t delivery) override;
  Result<DeliveryRecord> replay_delivery(std::string_view public_id, const Actor& actor, Time now) override;
  BulkResult replay_deliveries(const DeliveryFilter& filter, bool dry_run, const Actor& actor, Time now) override;
  int prune_deliveries(Time before) override;
  std::optional<SitePhoto> site_photo(ImageId image) override;
  InWork in_work() override;
  std::int64_t count_waiting(std::int64_t most) override;

  void record(const Event& event) override;
  void on_commit(std::function<void(const std::vector<Event>&)> listener) override;

  std::optional<Account> find_account(std::string_view name) override;
  std::vector<Account> list_accounts() override;
  void put_account(const Account& account, const Actor& actor, Time now) override;
  Result<Account> create_account(const Account& account, const Actor& actor, Time now) override;
  Result<Account> change_account(std::string_view name, const AccountChange& change, const Actor& actor, Time now) override;
  Result<void> delete_account(std::string_view name, const Actor& actor, Time now) override;
  std::int64_t bytes_of(std::string_view owner) override;
  void put_token(std::string_view name, std::string_view account, std::string_view sha256, std::string_view last_four, Time now) override;
  Result<TokenRecord> create_token(const TokenRecord& token, std::string_view sha256, const Actor& actor, Time now) override;
  std::optional<TokenOwner> find_token(std::string_view sha256) override;
  std::vector<TokenRecord> list_tokens(const std::optional<std::string>& account) override;
  Result<void> delete_token(std::string_view name, const std::optional<std::string>& account, const Actor& actor, Time now) override;
  void touch_token(std::string_view name, Time now) override;
  SessionRecord create_session(const SessionRecord& session, std::string_view sha256, const Actor& actor) override;
  std::optional<SessionOwner> find_session(std::string_view sha256) override;
  std::vector<SessionRecord> list_sessions(const std::optional<std::string>& account, Time now) override;
  void touch_session(std::string_view id, Time now) override;
  Result<void> end_session(std::string_view id, const std::optional<std::string>& account, const Actor& actor, Time now) override;
  AuditPage audit(const AuditQuery& query) override;

 private:
  std::unique_ptr<Database> database_;
  SharedVerb taking_in_, finishing_, claiming_;
  Turns turns_;
  LaneStarts lane_starts_;
};

}  // namespace darkroom::store
