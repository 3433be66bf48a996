#include "worker/bench.h"

#include "domain/job.h"

namespace darkroom::worker {
namespace {

bool is_service(const domain::Model& model) { return model.engine == domain::EngineKind::http; }

int places_of(const domain::Model& model) { return is_service(model) && model.remote ? model.remote->concurrency : 0; }

}  // namespace

Bench::Bench(int number, const std::string& at, runner::Zygotes& zygotes) : name_("slot-" + std::to_string(number) + at) { slot_.emplace(zygotes); }

Bench::Bench(const ServicePlace& place, const std::string& at) : name_("http-" + place.model + "-" + std::to_string(place.number) + at), place_(place) { call_.emplace(); }

Tool Bench::tool() {
  if (slot_) return &*slot_;
  return &*call_;
}

std::vector<std::string> Bench::lanes(const models::Catalogue& catalogue) const {
  std::vector<std::string> lanes;
  if (place_) {
    models::ModelPtr model = catalogue.find(place_->model);
    if (model && place_->number <= places_of(*model)) lanes.push_back(domain::lane_of(domain::kProcessQueue, model->name));
    return lanes;
  }
  for (const models::ModelPtr& model : catalogue.models()) {
    if (!is_service(*model)) lanes.push_back(domain::lane_of(domain::kProcessQueue, model->name));
  }
  return lanes;
}

void Bench::release_idle(std::chrono::seconds idle) {
  if (slot_) slot_->release_idle(std::chrono::steady_clock::now() - idle);
}

void Bench::abandon() {
  stop_.request_stop();
  if (slot_) slot_->abandon();
  if (call_) call_->abandon();
}

void Bench::rearm() {
  stop_ = std::stop_source();
  if (slot_) slot_->rearm();
  if (call_) call_->rearm();
}

std::vector<ServicePlace> service_places(const models::Catalogue& catalogue) {
  std::vector<ServicePlace> places;
  for (const models::ModelPtr& model : catalogue.models()) {
    for (int number = 1; number <= places_of(*model); ++number) places.push_back({model->name, number});
  }
  return places;
}

}  // namespace darkroom::worker
