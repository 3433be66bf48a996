// What tests of endpoints and deliveries do again and again.
#pragma once

#include "store/conformance.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::store {

inline const Actor kAdmin{"admin", "test"};

// On the store and at the time of the suite.
struct Teller {
  std::unique_ptr<Store>& store_;
  Time& now_;

  EndpointRecord endpoint(std::vector<std::string> events = {}) {
    return store_->create_endpoint({.url = "https://example.com/hook", .events = std::move(events), .sealed_secret = "sealed-1"}, kAdmin, now_);
  }

  ClaimedDeliveries due(int count = 100, int per_target = 100) { return store_->claim_deliveries({.count = count, .per_target = per_target, .lease = std::chrono::seconds(60)}, now_); }

  SettledTry settled(const ClaimedDelivery& claimed, SettledTry::Verdict verdict, std::optional<int> status = 200) {
    SettledTry end{.id = claimed.delivery.id, .claim_no = claimed.delivery.claim_no, .made = {}, .verdict = verdict, .wait = std::chrono::seconds(5)};
    end.made = {.number = 0, .started_at = now_, .took = std::chrono::seconds(1), .status = status, .error = {}, .excerpt = "ok"};
    if (verdict != SettledTry::Verdict::delivered) end.made.error = "HTTP 500";
    return end;
  }
  bool settle(const ClaimedDelivery& claimed, SettledTry::Verdict verdict, std::optional<int> status = 200) {
    return store_->settle_delivery(settled(claimed, verdict, status), now_);
  }

  std::vector<DeliveryRecord> all() const { return store_->list_deliveries({}, std::nullopt, 1000).deliveries; }
  domain::DeliveryState state_of(const DeliveryRecord& delivery) { return store_->find_delivery(delivery.public_id)->state; }
};

}  // namespace darkroom::store
