#include "domain/start_estimate.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <numeric>
#include <queue>
#include <random>

namespace darkroom::domain {
namespace {

constexpr double kSharpShare = 0.3;     // of the estimate, for its half-width
constexpr double kSharpFrom = 0.5;       // seconds: below it a figure would say more than can be known
constexpr double kMostOvertaking = 0.5;  // share of the starts
constexpr double kNoise = 1.15;          // starts are slower than the slots explain only beyond this factor

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
Duration duration(double seconds) { return Duration(std::llround(seconds * 1e6)); }

// What the past says, in seconds.
struct Habits {
  std::vector<double> runs;  // sorted
  double mean = 0;
  double doubt = 0;  // standard error of the mean, as a share of it
  double stretch = 1;
  double overtaken = 0;  // share of the starts that went to jobs which came later
};

// How long from one start to the next while somebody waited: when the second one became due before the first started.
std::vector<double> gaps_between_starts(const std::vector<PastRun>& by_start, Time since) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < by_start.size(); ++i) {
    const PastRun& before = by_start[i - 1];
    if (before.started >= since && by_start[i].due <= before.started) gaps.push_back(seconds(by_start[i].started - before.started));
  }
  return gaps;
}

// Of the starts that a waiting job saw, how many went to a job that had come after it.
double share_overtaken(const std::vector<PastRun>& by_start) {
  double seen = 0, later = 0;
  for (std::size_t i = 1; i < by_start.size(); ++i) {
    for (std::size_t k = i; k-- > 0 && by_start[k].started >= by_start[i].due;) {
      ++seen;
      if (by_start[k].due > by_start[i].due) ++later;
    }
  }
  return seen < static_cast<double>(kRunsToEstimate) ? 0 : later / seen;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values, double mean) {
  double sum = 0;
  for (double value : values) sum += (value - mean) * (value - mean);
  return values.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(values.size() - 1));
}

Habits habits_of(const Line& line) {
  std::vector<PastRun> by_start = line.past;
  std::ranges::sort(by_start, {}, &PastRun::started);
  Habits habits;
  for (const PastRun& run : by_start) habits.runs.push_back(std::max(seconds(run.finished - run.started), 1e-6));
  std::ranges::sort(habits.runs);
  habits.mean = mean_of(habits.runs);
  habits.doubt = deviation_of(habits.runs, habits.mean) / habits.mean / std::sqrt(static_cast<double>(habits.runs.size()));
  std::vector<double> gaps = gaps_between_starts(by_start, line.steady_since);
  if (!line.rate && gaps.size() >= kRunsToEstimate) {
    double gap = mean_of(gaps), expected = habits.mean / line.slots;
    double unsure = 2 * deviation_of(gaps, gap) / std::sqrt(static_cast<double>(gaps.size()));
    if (gap > expected * kNoise && gap - unsure > expected) habits.stretch = gap / expected;
  }
  habits.overtaken = share_overtaken(by_start);
  return habits;
}

// One play of the line.
class Play {
 public:
  Play(const Line& line, const Habits& habits, Time now, std::mt19937_64& random) : line_(line), habits_(habits), random_(random) {
    std::normal_distribution<double> doubt;
    pace_ = std::max(0.1, 1 + habits.doubt * doubt(random));
    double unsure = std::sqrt(habits.overtaken * (1 - habits.overtaken) / static_cast<double>(habits.runs.size()));
    overtaken_ = std::clamp(habits.overtaken + unsure * doubt(random), 0.0, 0.9);
    std::vector<double> free_at;
    for (Time since : line.busy) free_at.push_back(rest_of(std::max(0.0, seconds(now - since))));
    std::ranges::sort(free_at);
    // More may be busy than may start by now: the first to end then make no room.
    auto slots = static_cast<std::size_t>(line.slots);
    if (free_at.size() > slots) free_at.erase(free_at.begin(), free_at.end() - static_cast<std::ptrdiff_t>(slots));
    free_at.resize(slots, 0.0);
    free_at_ = std::priority_queue<double, std::vector<double>, std::greater<>>({}, std::move(free_at));
    if (line.rate) {
      for (Time start : line.starts) starts_.push_back(seconds(start - now));
    }
  }

  // Seconds from now to the start of the job behind so many starts, which are more than those of the call before.
  double start_after(std::int64_t ahead) {
    std::uniform_real_distribution<double> share(0.0, 1.0);
    while (started_ < ahead) {
      double at = next_start();
      free_at_.pop();
      free_at_.push(at + some_run() * pace_ * habits_.stretch);
      note(at);
      if (share(random_) >= overtaken_) ++started_;
    }
    return next_start();
  }

 private:
  double some_run() { return habits_.runs[std::uniform_int_distribution<std::size_t>(0, habits_.runs.size() - 1)(random_)]; }

  // What is left of a run that has taken this long: of one of those that took longer, or of an unusually long one.
  double rest_of(double elapsed) {
    auto longer = std::ranges::upper_bound(habits_.runs, elapsed);
    if (longer == habits_.runs.end()) return some_run() / 2;
    auto count = static_cast<std::size_t>(habits_.runs.end() - longer);
    return *(longer + static_cast<std::ptrdiff_t>(std::uniform_int_distribution<std::size_t>(0, count - 1)(random_))) - elapsed;
  }

  double next_start() const {
    double at = free_at_.top();
    if (!line_.rate) return at;
    auto most = static_cast<std::size_t>(line_.rate->starts);
    return starts_.size() < most ? at : std::max(at, starts_[starts_.size() - most] + seconds(line_.rate->window));
  }

  void note(double at) {
    if (!line_.rate) return;
    starts_.push_back(at);
    if (starts_.size() > static_cast<std::size_t>(line_.rate->starts)) starts_.pop_front();
  }

  const Line& line_;
  const Habits& habits_;
  std::mt19937_64& random_;
  double pace_ = 1;
  double overtaken_ = 0;
  std::int64_t started_ = 0;  // of those ahead
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at_;
  std::deque<double> starts_;
};

StartEstimate agreed(std::vector<double> outcomes) {
  std::ranges::sort(outcomes);
  std::size_t plays = outcomes.size();
  double middle = outcomes[plays / 2], low = outcomes[plays / 20], high = outcomes[plays - 1 - plays / 20];
  StartEstimate estimate;
  estimate.starts_in = duration(middle);
  estimate.error = duration(std::max((high - low) / 2, 0.05));
  estimate.at_most = duration(high);
  estimate.sharp = middle >= kSharpFrom && seconds(estimate.error) <= kSharpShare * middle;
  return estimate;
}

}  // namespace

std::optional<StartEstimate> estimate_start(const Line& line, Time now) { return estimate_starts(line, {{line.ahead, line.not_before}}, now).front(); }

std::vector<std::optional<StartEstimate>> estimate_starts(const Line& line, const std::vector<InLine>& jobs, Time now) {
  std::vector<std::optional<StartEstimate>> estimates(jobs.size());
  if (jobs.empty() || line.slots < 1 || line.past.size() < kRunsToEstimate) return estimates;
  Habits habits = habits_of(line);
  if (habits.overtaken > kMostOvertaking) return estimates;
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::size_t at) { return jobs[at].ahead; });
  std::mt19937_64 random(1);
  // About as much work for a long line as for a short one.
  auto plays = std::clamp<std::int64_t>(20'000 / (jobs[order.back()].ahead + 1), 40, 200);
  std::vector<std::vector<double>> outcomes(jobs.size());
  for (std::int64_t i = 0; i < plays; ++i) {
    Play play(line, habits, now, random);
    for (std::size_t at : order) outcomes[at].push_back(play.start_after(jobs[at].ahead));
  }
  for (std::size_t at = 0; at < jobs.size(); ++at) {
    double earliest = jobs[at].not_before ? std::max(0.0, seconds(*jobs[at].not_before - now)) : 0.0;
    for (double& start : outcomes[at]) start = std::max(start, earliest);
    estimates[at] = agreed(std::move(outcomes[at]));
  }
  return estimates;
}

}  // namespace darkroom::domain
