// Every metric of Darkroom, in one table: names are a promise to dashboards and alerts. docs/operations.md explains them.
#pragma once

#include <array>
#include <string_view>

namespace darkroom::metrics {

enum class Kind { counter, gauge, histogram };

struct Metric {
  std::string_view name;
  Kind kind;
  std::string_view labels;  // names, separated by spaces
  std::string_view help;
};

inline constexpr Metric kBuildInfo{"darkroom_build_info", Kind::gauge, "version", "Always 1; the label says which program this is."};
inline constexpr Metric kStartTime{"darkroom_start_time_seconds", Kind::gauge, "", "When this process started, in Unix time."};
inline constexpr Metric kReady{"darkroom_ready", Kind::gauge, "", "1 while /readyz answers 200."};

inline constexpr Metric kJobs{"darkroom_jobs", Kind::gauge, "queue state", "Jobs that are not finished; exact to 10000."};
inline constexpr Metric kOldestWaiting{"darkroom_oldest_waiting_seconds", Kind::gauge, "queue", "How long the longest waiting job has been due; 0: none waits."};
inline constexpr Metric kQueuePaused{"darkroom_queue_paused", Kind::gauge, "queue", "1 while the queue is paused."};
inline constexpr Metric kWorkers{"darkroom_workers", Kind::gauge, "state", "Processes that run jobs: running, draining, lost."};
inline constexpr Metric kSlots{"darkroom_slots", Kind::gauge, "", "Jobs that all living workers can run at a time."};
inline constexpr Metric kAlerts{"darkroom_alerts", Kind::gauge, "name", "How many alerts of this name stand: those of machines may stand for several."};
inline constexpr Metric kFreeDisk{"darkroom_free_disk_bytes", Kind::gauge, "", "Free space where photos are stored."};

inline constexpr Metric kImagesReceived{"darkroom_images_received_total", Kind::counter, "", "Photos that were taken in."};
inline constexpr Metric kUploadBytes{"darkroom_upload_bytes_total", Kind::counter, "", "Bytes of the photos that were taken in."};
inline constexpr Metric kJobsFinished{"darkroom_jobs_finished_total", Kind::counter, "outcome", "Jobs of photos that have ended: completed, failed, cancelled."};
inline constexpr Metric kRetries{"darkroom_job_retries_total", Kind::counter, "cause", "Attempts that are followed by another one: failed, crashed, interrupted."};
inline constexpr Metric kAttempts{"darkroom_attempts_total", Kind::counter, "model outcome", "Attempts that this process ran: completed, failed, crashed, interrupted."};
inline constexpr Metric kJobWait{"darkroom_job_wait_seconds", Kind::histogram, "", "From the time that a job was due to its start."};
inline constexpr Metric kJobRun{"darkroom_job_run_seconds", Kind::histogram, "", "From the start of an attempt to its end."};
inline constexpr Metric kStaleCompletions{"darkroom_stale_completions_total", Kind::counter, "", "Results that came after their job had been given to another worker, and were refused."};
inline constexpr Metric kRescues{"darkroom_rescues_total", Kind::counter, "cause", "Running jobs that lost their worker and were queued again: lease_expired, server_restarted."};
inline constexpr Metric kChildDeaths{"darkroom_child_deaths_total", Kind::counter, "cause", "Runner children that died on a photo: the error code of the attempt."};
inline constexpr Metric kDeliveries{"darkroom_webhook_deliveries_total", Kind::counter, "outcome", "Tries to deliver an event to a receiver."};
inline constexpr Metric kEvents{"darkroom_events_total", Kind::counter, "type", "Events that were written to the log of all that happened."};

inline constexpr Metric kRequests{"darkroom_http_requests_total", Kind::counter, "method route class", "Requests that were answered, by route and class of status."};
inline constexpr Metric kRequestSeconds{"darkroom_http_request_duration_seconds", Kind::histogram, "method route", "From the complete header to the last byte of the answer."};
inline constexpr Metric kConnections{"darkroom_http_connections", Kind::gauge, "state", "Open connections; parked ones wait for something without a thread."};
inline constexpr Metric kConnectionsAccepted{"darkroom_http_connections_accepted_total", Kind::counter, "", "Connections that were taken."};
inline constexpr Metric kConnectionsRefused{"darkroom_http_connections_refused_total", Kind::counter, "cause", "Connections over a bound: all, address."};
inline constexpr Metric kBytesSent{"darkroom_http_sent_bytes_total", Kind::counter, "", "Bytes of answers."};

inline constexpr std::array kTable = {
    &kBuildInfo,     &kStartTime,  &kReady,      &kJobs,       &kOldestWaiting,  &kQueuePaused, &kWorkers,         &kSlots,       &kAlerts,     &kFreeDisk,
    &kImagesReceived, &kUploadBytes, &kJobsFinished, &kRetries, &kAttempts,     &kJobWait,     &kJobRun,          &kStaleCompletions, &kRescues, &kChildDeaths,
    &kDeliveries,    &kEvents,     &kRequests,   &kRequestSeconds, &kConnections, &kConnectionsAccepted, &kConnectionsRefused, &kBytesSent};

// Upper bounds in seconds of the histograms of jobs.
inline constexpr std::array<double, 14> kJobBounds = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600};

}  // namespace darkroom::metrics
