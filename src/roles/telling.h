// The part that tells others: the guard, and the sender of deliveries.
#pragma once

#include "api/webhooks.h"
#include "delivery/deliver.h"
#include "roles/ground.h"

namespace darkroom::roles {

class Telling {
 public:
  explicit Telling(Ground& ground);

  // For the routes.
  api::Webhooks webhooks();
  void start() { deliver_.start(); }
  void hear(const std::vector<store::Event>& events) { deliver_.hear(events); }
  void stop() { deliver_.stop(); }

 private:
  delivery::DeliveryConfig config_;
  delivery::Guard guard_;
  delivery::Deliver deliver_;
};

}  // namespace darkroom::roles
