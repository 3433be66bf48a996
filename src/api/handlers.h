// The handlers behind the routes, a file for each resource: parse, validate, one call, respond.
#pragma once

#include "api/parts.h"
#include "http/route.h"
#include "store/records.h"

#include <boost/json.hpp>

#include <string>
#include <variant>

namespace darkroom::api {

// images.cpp
http::Reply list_images(const Parts& parts, const http::Request& request);
http::Reply get_image(const Parts& parts, const http::Request& request);
http::Reply change_image(const Parts& parts, const http::Request& request);
http::Reply delete_image(const Parts& parts, const http::Request& request);
http::Reply reprocess_image(const Parts& parts, const http::Request& request);
// pictures.cpp
http::Reply get_thumbnail(const Parts& parts, const http::Request& request);
http::Reply get_preview(const Parts& parts, const http::Request& request);
http::Reply get_overlay(const Parts& parts, const http::Request& request);
http::Reply get_original(const Parts& parts, const http::Request& request);
// upload.cpp
std::variant<http::Response, http::BodyReceiver> upload_image(const Parts& parts, const http::Request& request);
// images_actions.cpp
http::Reply act_on_images(const Parts& parts, const http::Request& request);
// upload_many.cpp
std::variant<http::Response, http::BodyReceiver> upload_many(const Parts& parts, const http::Request& request);
// stats.cpp
http::Reply stats(const Parts& parts, const http::Request& request);
// uploads.cpp
http::Reply tus_options(const Parts& parts, const http::Request& request);
std::variant<http::Response, http::BodyReceiver> begin_upload(const Parts& parts, const http::Request& request);
std::variant<http::Response, http::BodyReceiver> add_to_upload(const Parts& parts, const http::Request& request);
std::variant<http::Response, http::BodyReceiver> overridden_upload(const Parts& parts, const http::Request& request);
http::Reply get_upload(const Parts& parts, const http::Request& request);
http::Reply delete_upload(const Parts& parts, const http::Request& request);
// image_results.cpp
http::Reply list_image_results(const Parts& parts, const http::Request& request);
http::Reply get_image_result(const Parts& parts, const http::Request& request);
// results.cpp
http::Reply download_results(const Parts& parts, const http::Request& request);
// jobs.cpp
http::Reply list_jobs(const Parts& parts, const http::Request& request);
http::Reply get_job(const Parts& parts, const http::Request& request);
http::Reply get_attempt(const Parts& parts, const http::Request& request);
http::Reply retry_job(const Parts& parts, const http::Request& request);
// failures.cpp
http::Reply list_failures(const Parts& parts, const http::Request& request);
// jobs_actions.cpp
http::Reply cancel_job(const Parts& parts, const http::Request& request);
http::Reply change_job(const Parts& parts, const http::Request& request);
http::Reply act_on_jobs(const Parts& parts, const http::Request& request);
// batches.cpp
http::Reply create_batch(const Parts& parts, const http::Request& request);
http::Reply list_batches(const Parts& parts, const http::Request& request);
http::Reply get_batch(const Parts& parts, const http::Request& request);
http::Reply seal_batch(const Parts& parts, const http::Request& request);
// quarantine.cpp
http::Reply list_quarantine(const Parts& parts, const http::Request& request);
http::Reply release_quarantine(const Parts& parts, const http::Request& request);
// events.cpp
http::Reply list_events(const Parts& parts, const http::Request& request);
// event_stream.cpp
http::Reply stream_events(const Parts& parts, const http::Request& request);
// contract.cpp
http::Reply openapi_document(const Parts& parts, const http::Request& request);
http::Reply docs_page(const Parts& parts, const http::Request& request);
http::Reply docs_asset(const Parts& parts, const http::Request& request);
// problem_pages.cpp
http::Reply problem_page(const Parts& parts, const http::Request& request);
// system.cpp
http::Reply livez(const Parts& parts, const http::Request& request);
http::Reply readyz(const Parts& parts, const http::Request& request);
http::Reply status(const Parts& parts, const http::Request& request);
http::Reply front_page(const Parts& parts, const http::Request& request);
http::Reply front_style(const Parts& parts, const http::Request& request);

// queues.cpp
http::Reply list_queues(const Parts& parts, const http::Request& request);
http::Reply get_queue(const Parts& parts, const http::Request& request);
http::Reply change_queue(const Parts& parts, const http::Request& request);
http::Reply pause_queue(const Parts& parts, const http::Request& request);
http::Reply resume_queue(const Parts& parts, const http::Request& request);
// workers.cpp
http::Reply list_workers(const Parts& parts, const http::Request& request);
http::Reply get_place(const Parts& parts, const http::Request& request);
// schedules.cpp
http::Reply list_schedules(const Parts& parts, const http::Request& request);
http::Reply list_schedule_kinds(const Parts& parts, const http::Request& request);
http::Reply list_slots(const Parts& parts, const http::Request& request);
http::Reply get_schedule(const Parts& parts, const http::Request& request);
http::Reply put_schedule(const Parts& parts, const http::Request& request);
http::Reply delete_schedule(const Parts& parts, const http::Request& request);
http::Reply run_schedule(const Parts& parts, const http::Request& request);
http::Reply pause_schedule(const Parts& parts, const http::Request& request);
http::Reply resume_schedule(const Parts& parts, const http::Request& request);

// models.cpp
http::Reply list_models(const Parts& parts, const http::Request& request);
http::Reply get_model(const Parts& parts, const http::Request& request);
http::Reply activate_model(const Parts& parts, const http::Request& request);
http::Reply delete_model(const Parts& parts, const http::Request& request);
http::Reply delete_model_version(const Parts& parts, const http::Request& request);
// models_put.cpp
std::variant<http::Response, http::BodyReceiver> put_model(const Parts& parts, const http::Request& request);

// endpoints.cpp
http::Reply list_endpoints(const Parts& parts, const http::Request& request);
http::Reply get_endpoint(const Parts& parts, const http::Request& request);
http::Reply create_endpoint(const Parts& parts, const http::Request& request);
http::Reply change_endpoint(const Parts& parts, const http::Request& request);
http::Reply delete_endpoint(const Parts& parts, const http::Request& request);
http::Reply rotate_endpoint_secret(const Parts& parts, const http::Request& request);
http::Reply enable_endpoint(const Parts& parts, const http::Request& request);
http::Reply disable_endpoint(const Parts& parts, const http::Request& request);
http::Reply test_endpoint(const Parts& parts, const http::Request& request);
http::Reply get_webhook_secret(const Parts& parts, const http::Request& request);
// deliveries.cpp
http::Reply list_deliveries(const Parts& parts, const http::Request& request);
http::Reply get_delivery(const Parts& parts, const http::Request& request);
http::Reply replay_delivery(const Parts& parts, const http::Request& request);
http::Reply replay_deliveries(const Parts& parts, const http::Request& request);
// compat.cpp
http::Reply compat_health(const Parts& parts, const http::Request& request);
http::Reply compat_queue_status(const Parts& parts, const http::Request& request);
// compat_upload.cpp
std::variant<http::Response, http::BodyReceiver> compat_upload(const Parts& parts, const http::Request& request);
// sessions.cpp
http::Reply log_in(const Parts& parts, const http::Request& request);
http::Reply show_session(const Parts& parts, const http::Request& request);
http::Reply log_out(const Parts& parts, const http::Request& request);
http::Reply change_password(const Parts& parts, const http::Request& request);
http::Reply list_sessions(const Parts& parts, const http::Request& request);
http::Reply end_session(const Parts& parts, const http::Request& request);
// tokens.cpp
http::Reply list_tokens(const Parts& parts, const http::Request& request);
http::Reply create_token(const Parts& parts, const http::Request& request);
http::Reply delete_token(const Parts& parts, const http::Request& request);
// users.cpp
http::Reply list_users(const Parts& parts, const http::Request& request);
http::Reply get_user(const Parts& parts, const http::Request& request);
http::Reply create_user(const Parts& parts, const http::Request& request);
http::Reply change_user(const Parts& parts, const http::Request& request);
http::Reply delete_user(const Parts& parts, const http::Request& request);
http::Reply list_audit(const Parts& parts, const http::Request& request);
// metrics.cpp
http::Reply get_metrics(const Parts& parts, const http::Request& request);
// stats_series.cpp
http::Reply stats_series(const Parts& parts, const http::Request& request);
// settings.cpp
http::Reply list_settings(const Parts& parts, const http::Request& request);
// alerts.cpp
http::Reply list_alerts(const Parts& parts, const http::Request& request);

// internal.cpp
http::Reply photo_piece(const Parts& parts, const http::Request& request);

http::Response json_response(int status, const boost::json::value& body);
// {"image": {...}} as an upload, reprocess and retry answer it.
http::Response image_response(int status, const Parts& parts, const store::ImageRecord& image);
http::Response image_response(int status, const store::ImageRecord& image, const std::vector<store::AttemptRecord>& attempts);

// {"model": {...}} with every version.
http::Response model_response(const Parts& parts, int status, const std::string& name, bool korean);
// What is wrong with a model's files, told to the one who sent them: model_unavailable becomes model_refused.
Error as_refusal(Error error);

// The one who acts, as the guard found out.
store::Actor actor_of(const http::Request& request, std::string reason = "");

}  // namespace darkroom::api
