#include "store/sql/postgres_link.h"

#include "store/sql/postgres_text.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace darkroom::store {
namespace {

using Clock = std::chrono::steady_clock;
using Failure = PostgresFailure;

// libpq's messages are lines; ours is one sentence, and never holds the password.
std::string one_line(const char* message, const PostgresOptions& options) {
  std::string text;
  for (const char* c = message ? message : ""; *c; ++c) text += *c == '\n' || *c == '\t' ? ' ' : *c;
  while (!text.empty() && text.back() == ' ') text.pop_back();
  for (const auto& [key, value] : options.parameters) {
    if (key != "password" || value.empty()) continue;
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 3)) {
      text.replace(at, value.size(), "***");
    }
  }
  return text;
}

// What the operator can do about an error of the server, appended to its words.
std::string advice(const std::string& sqlstate) {
  if (sqlstate == "57014") return ". It took longer than a statement may: look for long queries and missing VACUUM (pg_stat_activity)";
  if (sqlstate == "55P03") return ". Another session holds the rows or the table: look for open transactions (pg_stat_activity)";
  if (sqlstate == "53100") return ". The disk of the database server is full";
  if (sqlstate == "25006") return ". This server is a standby: `database` must lead to the primary";
  if (sqlstate == "42501") return ". The user of `database` needs the right to do this";
  return "";
}

// Of a URL with several hosts these are lists.
constexpr std::array<std::string_view, 3> kListsOfHosts = {"host", "hostaddr", "port"};

bool is_list_of_hosts(const std::string& key) { return std::ranges::find(kListsOfHosts, key) != kListsOfHosts.end(); }

std::size_t hosts_of(const PostgresOptions& options) {
  std::size_t hosts = 1;
  for (const auto& [key, value] : options.parameters) {
    if (is_list_of_hosts(key)) hosts = std::max(hosts, static_cast<std::size_t>(std::ranges::count(value, ',')) + 1);
  }
  return hosts;
}

// The same list with another item in front, and those before it at the end.
std::string from_host(std::string list, std::size_t first) {
  std::size_t end = list.find(',');
  for (; first > 0 && end != std::string::npos; --first, end = list.find(',')) list = list.substr(end + 1) + ',' + list.substr(0, end);
  return list;
}

[[noreturn]] void fail_to_connect(const PostgresOptions& options, const std::string& reason) {
  throw Failure(Failure::Kind::unreachable, "",
                "cannot connect to PostgreSQL at " + options.name + ": " + reason +
                    ". Check that the server runs and that address, user and password in the setting `database` are right.");
}

// The parameters of one command as libpq wants them: texts that end with a zero byte.
class Texts {
 public:
  explicit Texts(std::span<const Param> params) {
    texts_.reserve(params.size());
    for (const Param& param : params) {
      if (const auto* whole = std::get_if<std::int64_t>(&param.value())) {
        texts_.push_back(std::to_string(*whole));
      } else if (const auto* text = std::get_if<std::string_view>(&param.value())) {
        texts_.push_back(storable_text(*text));
      } else {
        texts_.emplace_back();
      }
      pointers_.push_back(std::holds_alternative<std::monostate>(param.value()) ? nullptr : texts_.back().c_str());
    }
  }
  int size() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

}  // namespace

void PostgresLink::Clear::operator()(pg_result* result) const { PQclear(result); }
void PostgresLink::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

// libpq goes on to the next host when one refuses, and never from one that says nothing: such a one is put behind the others.
PostgresLink::PostgresLink(const PostgresOptions& options) : options_(options) {
  std::size_t hosts = hosts_of(options), first = 0;
  while (first < hosts && !connect(first, Clock::now() + options.connect_timeout / hosts)) ++first;
  if (first == hosts) fail_to_connect(options, "no answer within " + std::to_string(options.connect_timeout.count()) + " ms");
  PQsetNoticeReceiver(connection_.get(), [](void*, const PGresult*) {}, nullptr);
  if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1) fail_lost();
}

PostgresLink::~PostgresLink() = default;

bool PostgresLink::connect(std::size_t first, Deadline deadline) {
  std::vector<std::string> texts;
  std::vector<const char*> keys, values;
  texts.reserve(options_.parameters.size());
  for (const auto& [key, value] : options_.parameters) {
    texts.push_back(is_list_of_hosts(key) ? from_host(value, first) : value);
    keys.push_back(key.c_str());
    values.push_back(texts.back().c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(keys.data(), values.data(), 0));
  if (!connection_) throw std::bad_alloc();
  PostgresPollingStatusType status = PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK) {
    if (status == PGRES_POLLING_FAILED) fail_to_connect(options_, one_line(PQerrorMessage(connection_.get()), options_));
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd descriptor{PQsocket(connection_.get()), static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    int ready = left > 0 ? ::poll(&descriptor, 1, static_cast<int>(left)) : 0;
    if (ready == 0) return false;
    if (ready > 0) status = PQconnectPoll(connection_.get());
  }
  return true;
}

void PostgresLink::add(const std::string& text, std::span<const Param> params) {
  Texts texts(params);
  sent(PQsendQueryParams(connection_.get(), text.c_str(), texts.size(), nullptr, texts.pointers(), nullptr, nullptr, 0));
}

void PostgresLink::add_prepare(const std::string& name, const std::string& text) {
  sent(PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr));
}

void PostgresLink::add_prepared(const std::string& name, std::span<const Param> params) {
  Texts texts(params);
  sent(PQsendQueryPrepared(connection_.get(), name.c_str(), texts.size(), texts.pointers(), nullptr, nullptr, 0));
}

void PostgresLink::sent(int status) {
  if (broken_ || status != 1) fail_lost();
  ++waiting_;
}

std::vector<PostgresLink::Answer> PostgresLink::finish() {
  if (broken_ || PQpipelineSync(connection_.get()) != 1) fail_lost();
  Deadline deadline = Clock::now() + options_.statement_timeout + options_.answer_grace;
  std::vector<Answer> answers;
  for (; waiting_ > 0; --waiting_) {
    answers.push_back(next(deadline));
    if (!answers.back()) fail_lost();
    while (next(deadline)) {  // up to the null that ends the answer of one command
    }
  }
  Answer synced = next(deadline);
  if (!synced || PQresultStatus(synced.get()) != PGRES_PIPELINE_SYNC) fail_lost();
  keep_notifications();
  for (const Answer& answer : answers) check(answer.get());
  return answers;
}

void PostgresLink::run_script(const std::string& script, std::chrono::milliseconds limit) {
  if (broken_ || PQexitPipelineMode(connection_.get()) != 1 || PQsendQuery(connection_.get(), script.c_str()) != 1) fail_lost();
  Deadline deadline = Clock::now() + limit;
  std::vector<Answer> answers;
  while (Answer answer = next(deadline)) answers.push_back(std::move(answer));
  if (PQenterPipelineMode(connection_.get()) != 1) fail_lost();
  for (const Answer& answer : answers) check(answer.get());
}

PostgresLink::Answer PostgresLink::next(Deadline deadline) {
  wait_for_answer(deadline);
  Answer answer(PQgetResult(connection_.get()));
  if (PQstatus(connection_.get()) == CONNECTION_BAD) fail_lost();
  return answer;
}

void PostgresLink::wait_for_answer(Deadline deadline) {
  while (PQisBusy(connection_.get())) {
    int unsent = PQflush(connection_.get());
    if (unsent < 0) fail_lost();
    wait_for(static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN), deadline);
    if (PQconsumeInput(connection_.get()) != 1) fail_lost();
  }
}

void PostgresLink::wait_for(short events, Deadline deadline) {
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) fail_silent();
    pollfd descriptor{PQsocket(connection_.get()), events, 0};
    int ready = ::poll(&descriptor, 1, static_cast<int>(left));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) fail_lost();
  }
}

void PostgresLink::check(const pg_result* answer) {
  ExecStatusType status = PQresultStatus(answer);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) return;
  const char* field = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  const char* words = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
  const char* severity = PQresultErrorField(answer, PG_DIAG_SEVERITY_NONLOCALIZED);
  std::string sqlstate = field ? field : "";
  bool ends = sqlstate.empty() || (severity && std::strcmp(severity, "ERROR") != 0);  // FATAL and PANIC end the session
  if (ends) broken_ = true;
  throw Failure(ends ? Failure::Kind::lost : Failure::Kind::refused, sqlstate,
                "PostgreSQL at " + options_.name + ": " + one_line(words ? words : PQresultErrorMessage(answer), options_) + advice(sqlstate) +
                    (sqlstate.empty() ? "" : " (SQLSTATE " + sqlstate + ")"));
}

void PostgresLink::fail_lost() {
  broken_ = true;
  throw Failure(Failure::Kind::lost, "",
                "the connection to PostgreSQL at " + options_.name + " was lost: " + one_line(PQerrorMessage(connection_.get()), options_));
}

void PostgresLink::fail_silent() {
  broken_ = true;
  throw Failure(Failure::Kind::silent, "", "PostgreSQL at " + options_.name + " does not answer in time. Check the server and the network between");
}

int PostgresLink::server_version() const { return PQserverVersion(connection_.get()); }
int PostgresLink::socket() const { return PQsocket(connection_.get()); }

std::string PostgresLink::parameter(const char* name) const {
  const char* value = PQparameterStatus(connection_.get(), name);
  return value ? value : "";
}

// A pooler may lend us a server connection on which another client listens: nobody asks for what it brings, so it must not pile up.
void PostgresLink::keep_notifications() {
  constexpr std::size_t kMost = 64;
  while (PGnotify* each = PQnotifies(connection_.get())) {
    if (heard_.size() < kMost) heard_.emplace_back(each->relname, each->extra);
    PQfreemem(each);
  }
}

std::vector<std::pair<std::string, std::string>> PostgresLink::notifications() {
  if (broken_ || PQconsumeInput(connection_.get()) != 1) fail_lost();
  keep_notifications();
  return std::exchange(heard_, {});
}

}  // namespace darkroom::store
