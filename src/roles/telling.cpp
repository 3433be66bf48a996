#include "roles/telling.h"

namespace darkroom::roles {
namespace {

delivery::DeliveryConfig config_of(const config::Config& config, const store::Store& store) {
  delivery::DeliveryConfig delivery = config.delivery;
  delivery.own_store = !store.is_shared();
  return delivery;
}

delivery::Secrets secrets_of(const auth::Sealer& sealer) {
  return {.open = [&sealer](const std::string& sealed) { return sealer.unseal(sealed); },
          .of_site = [&sealer](const std::string& site) { return api::site_secret(sealer, site); },
          .of_token = [&sealer](const std::string& token) { return api::token_secret(sealer, token); }};
}

}  // namespace

Telling::Telling(Ground& ground)
    : config_(config_of(ground.config, ground.store)),
      guard_(delivery::guard_of(config_)),
      deliver_(config_, ground.store, guard_, secrets_of(ground.sealer), ground.clock) {}

api::Webhooks Telling::webhooks() {
  return {&guard_, config_.sites, [this] { deliver_.wake(); }};
}

}  // namespace darkroom::roles
