#include "delivery/deliver.h"

#include "base/fail_point.h"
#include "base/log.h"
#include "base/random_share.h"
#include "delivery/signature.h"

#include <algorithm>

namespace darkroom::delivery {
namespace {

using store::SettledTry;

constexpr Duration kLook = std::chrono::seconds(1);
constexpr Duration kPrune = std::chrono::minutes(10);
constexpr std::chrono::milliseconds kSliceOfWork{200};
constexpr Duration kLeaseBeyondTimeout = std::chrono::seconds(30);

std::string_view site_name(const store::DeliveryRecord& delivery) {
  constexpr std::string_view kSite = "site:";
  std::string_view target = delivery.target;
  return target.starts_with(kSite) ? target.substr(kSite.size()) : std::string_view();
}

// Also when the clock was put back.
bool is_due(Time last, Duration period, Time now) { return now < last || now - last >= period; }

std::string words_for(int status) {
  if (status >= 300 && status < 400) return "HTTP " + std::to_string(status) + "; redirects are not followed";
  return "HTTP " + std::to_string(status);
}

}  // namespace

Deliver::Deliver(DeliveryConfig config, store::Store& store, const Guard& guard, Secrets secrets, const Clock& clock, std::vector<std::string> resolve)
    : config_(std::move(config)), store_(store), guard_(guard), secrets_(std::move(secrets)), clock_(clock), sender_(guard, std::move(resolve)) {
  if (config_.own_store) store_.release_deliveries(true, clock_.now());
}

Deliver::~Deliver() { stop(); }

void Deliver::start() {
  loop_ = std::make_unique<Loop>("deliver", [this] { return run_once(); });
}

void Deliver::stop() {
  stopping_ = true;
  sender_.wake();
  if (loop_) loop_->stop();
}

void Deliver::wake() {
  sender_.wake();
  if (loop_) loop_->wake();
}

void Deliver::hear(const std::vector<store::Event>& events) {
  if (!has_receivers_) return;
  if (std::ranges::any_of(events, [](const store::Event& event) { return domain::is_webhook_type(event.type); })) wake();
}

Duration Deliver::lease() const { return std::max(config_.timeout, config_.site_timeout) + kLeaseBeyondTimeout; }

Duration Deliver::run_once() {
  if (stopping_) return kLook;
  // Before the database is asked for anything: while it is away, what is under way goes on.
  if (sender_.under_way() > 0) {
    for (const Answered& answered : sender_.work(kSliceOfWork)) settle(answered);
  }
  store_settled();
  if (stopping_) return kLook;
  Time now = clock_.now();
  look_after_old_ones(now);
  auto next = begin_due(now);
  if (sender_.under_way() > 0 || !unstored_.empty()) return Duration(0);
  return std::clamp(next.value_or(kLook), Duration(0), kLook);
}

void Deliver::look_after_old_ones(Time now) {
  if (!is_due(looked_, kLook, now)) return;
  looked_ = now;
  has_receivers_ = store_.has_receivers();
  if (int released = store_.release_deliveries(false, now)) log::info("deliveries of a lost sender wait again", {{"count", released}});
  if (!is_due(pruned_, kPrune, now)) return;
  pruned_ = now;
  store_.forget_holds(now);
  if (config_.keep.count() == 0) return;
  Time old = store_.clock(now) - config_.keep;
  while (store_.prune_deliveries(old) > 0 && !stopping_) {}
}

std::optional<Duration> Deliver::begin_due(Time now) {
  store::DeliveryClaim claim{.count = config_.most - static_cast<int>(sender_.under_way()), .per_target = config_.per_target,
                             .lease = lease()};
  auto claimed = store_.claim_deliveries(claim, now);
  if (!claimed.deliveries.empty()) fail_point<store::StoreUnavailable>("K14");
  for (const store::ClaimedDelivery& one : claimed.deliveries) begin(one, claimed.at);
  return claimed.next_due ? std::optional(*claimed.next_due - claimed.at) : std::nullopt;
}

const Site* Deliver::site_of(const store::DeliveryRecord& delivery) const {
  auto found = std::ranges::find(config_.sites, site_name(delivery), &Site::name);
  return found == config_.sites.end() ? nullptr : &*found;
}

Result<Destination> Deliver::destination_of(const store::ClaimedDelivery& claimed) const {
  if (claimed.endpoint) return guard_.parse(claimed.endpoint->url);
  if (!claimed.delivery.url.empty()) return guard_.parse(claimed.delivery.url);
  const Site* site = site_of(claimed.delivery);
  if (site) return guard_.parse(site->callback);
  return Error{"not_found", "the configuration of this process names no site '" + std::string(site_name(claimed.delivery)) + "'"};
}

Result<std::vector<std::string>> Deliver::secrets_of(const store::ClaimedDelivery& claimed, Time now) const {
  if (claimed.endpoint) {
    const store::EndpointRecord& endpoint = *claimed.endpoint;
    std::vector<std::string> sealed = {endpoint.sealed_secret}, secrets;
    if (endpoint.sealed_old_secret && endpoint.old_secret_until > now) sealed.push_back(*endpoint.sealed_old_secret);
    for (const std::string& one : sealed) {
      auto secret = secrets_.open(one);
      if (!secret) return secret.error();
      secrets.push_back(std::move(*secret));
    }
    return secrets;
  }
  const Site* site = site_of(claimed.delivery);
  if (site && claimed.delivery.url.empty()) return std::vector{site->secret.empty() ? secrets_.of_site(site->name) : secret_bytes(site->secret).value()};
  return std::vector{secrets_.of_token(claimed.delivery.signer)};
}

void Deliver::begin(const store::ClaimedDelivery& claimed, Time now) {
  const store::DeliveryRecord& delivery = claimed.delivery;
  // A try of our own whose lease ran out while this process stood still. Its answer would be taken for this one's.
  if (under_way_.erase(delivery.id) > 0) sender_.cancel(delivery.id);
  auto to = destination_of(claimed);
  if (!to) return fail(claimed, now, to.error().message);
  Outgoing request{.key = delivery.id, .to = std::move(*to), .headers = {}, .body = delivery.body, .connect_timeout = config_.connect_timeout, .timeout = config_.timeout};
  if (!site_name(delivery).empty()) request.timeout = config_.site_timeout;
  auto secrets = secrets_of(claimed, now);
  if (!secrets) return fail(claimed, now, secrets.error().message);
  request.headers = signed_headers(*secrets, delivery.public_id, now, delivery.body);
  under_way_[delivery.id] = {claimed, now};
  sender_.start(std::move(request));
}

void Deliver::fail(const store::ClaimedDelivery& claimed, Time started, const std::string& why) {
  Next next = next_step({.status = 0, .tries = claimed.delivery.tries}, config_.delays, random_share());
  SettledTry settled{.id = claimed.delivery.id, .claim_no = claimed.delivery.claim_no, .made = {.started_at = started, .status = {}, .error = why, .excerpt = ""},
                     .verdict = next.verdict, .wait = next.delay};
  unstored_.push_back({std::move(settled), claimed.delivery.public_id, claimed.delivery.target, claimed.delivery.tries, lease_end()});
}

std::chrono::steady_clock::time_point Deliver::lease_end() const { return std::chrono::steady_clock::now() + lease(); }

void Deliver::settle(const Answered& answered) {
  auto found = under_way_.extract(answered.key);
  if (found.empty()) return;
  const auto& [claimed, started] = found.mapped();
  const store::DeliveryRecord& delivery = claimed.delivery;
  Next next = next_step({answered.status, answered.retry_after, delivery.tries, claimed.endpoint.has_value()}, config_.delays, random_share());
  SettledTry settled{.id = delivery.id, .claim_no = delivery.claim_no, .made = {.started_at = started, .took = answered.took, .status = {}, .error = {}, .excerpt = answered.excerpt},
                     .verdict = next.verdict, .wait = next.delay};
  if (answered.status) settled.made.status = answered.status;
  if (next.verdict != SettledTry::Verdict::delivered) settled.made.error = answered.error.empty() ? words_for(answered.status) : answered.error;
  if ((answered.status == 429 || answered.status == 503) && answered.retry_after.count() > 0) {
    settled.hold = std::min<Duration>(answered.retry_after, kLongestRetryAfter);
  }
  unstored_.push_back({std::move(settled), delivery.public_id, delivery.target, delivery.tries, lease_end()});
}

// What the database does not take now is written in a later round, behind the others, while its lease lasts.
void Deliver::store_settled() {
  for (; !unstored_.empty(); unstored_.pop_front()) {
    const auto& [settled, delivery, target, tries, until] = unstored_.front();
    bool stored = false;
    try {
      stored = store_.settle_delivery(settled, clock_.now());
    } catch (const store::StoreUnavailable&) {
      if (std::chrono::steady_clock::now() < until) unstored_.push_back(unstored_.front());
      unstored_.pop_front();
      throw;
    }
    if (!stored) log::warning("a try was settled before, or too late and is made again", {{"delivery", delivery}, {"target", target}});
    if (settled.verdict == SettledTry::Verdict::dead || settled.verdict == SettledTry::Verdict::gone) {
      log::warning("a delivery is dead", {{"delivery", delivery}, {"target", target}, {"tries", tries}, {"cause", settled.made.error.value_or("")}});
    }
  }
}

}  // namespace darkroom::delivery
