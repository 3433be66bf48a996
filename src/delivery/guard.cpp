#include "delivery/guard.h"

#include "domain/error_codes.h"

#include <curl/curl.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

namespace darkroom::delivery {
namespace {

constexpr std::size_t kLongestUrl = 2'000;
constexpr int kLookUpsAtOnce = 4;  // each holds a thread that answers requests

Error refused(std::string message) { return {std::string(domain::code::invalid_field), std::move(message)}; }

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK || !text) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::shared_ptr<CURLU> parsed(const std::string& text) {
  std::shared_ptr<CURLU> url(curl_url(), curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) return nullptr;
  return url;
}

// As names compare: in lower case, without the dot of the root.
std::string plain_host(CURLU* url) {
  std::string host = part_of(url, CURLUPART_HOST);
  std::ranges::transform(host, host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (host.size() > 1 && host.back() == '.') host.pop_back();
  return host;
}

int port_of(CURLU* url) {
  std::string text = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  int port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

bool is_plain_text(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
}

std::string listed(const std::vector<int>& ports) {
  std::string text;
  for (int port : ports) text += (text.empty() ? "" : ", ") + std::to_string(port);
  return text;
}

constexpr const char* kNotCalled =
    "leads to an address that is not of the public internet (private, loopback or reserved), and such are not called. The administrator may allow one "
    "with webhooks.allow_cidrs, or name it as a site.";

}  // namespace

Lookup look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  Lookup found{{}, code == EAI_AGAIN || code == EAI_SYSTEM || code == EAI_MEMORY};
  if (code != 0) return found;
  for (const addrinfo* one = list; one; one = one->ai_next) {
    if (auto address = address_of(one->ai_addr)) found.addresses.push_back(*address);
  }
  ::freeaddrinfo(list);
  return found;
}

Guard::Guard(GuardConfig config, Resolver resolve, OwnAddresses own) : config_(std::move(config)), resolve_(std::move(resolve)), own_(std::move(own)), turns_(kLookUpsAtOnce) {
  for (const std::string& text : config_.trusted) {
    if (auto url = parsed(text)) trusted_.emplace_back(plain_host(url.get()), port_of(url.get()));
  }
}

bool Guard::is_trusted(const std::string& host, int port) const { return std::ranges::find(trusted_, std::pair(host, port)) != trusted_.end(); }

Result<Destination> Guard::parse(const std::string& text) const {
  if (text.size() > kLongestUrl || !is_plain_text(text)) {
    return refused("The URL must have at most 2000 characters, all of them visible ASCII without a backslash; other characters are written as %XX, names as xn--...");
  }
  Destination to{parsed(text), "", "", false};
  if (!to.url) return refused("The URL must be of the form https://host/path, without a user name or password in it.");
  std::string scheme = part_of(to.url.get(), CURLUPART_SCHEME);
  to.host = plain_host(to.url.get());
  int port = port_of(to.url.get());
  if (scheme != "https" && scheme != "http") return refused("The URL must begin with https://.");
  if (to.host.empty() || !part_of(to.url.get(), CURLUPART_ZONEID).empty()) return refused("The URL must name a host, and no zone of an interface.");
  to.text = part_of(to.url.get(), CURLUPART_URL);
  to.trusted = is_trusted(to.host, port);
  if (to.trusted) return to;
  if (scheme == "http" && !config_.allow_http) return refused("The URL must begin with https://. The administrator may allow http with webhooks.allow_http, or name the receiver as a site.");
  if (std::ranges::find(config_.ports, port) == config_.ports.end()) return refused("The URL's port must be one of " + listed(config_.ports) + " (webhooks.ports).");
  return to;
}

Lookup Guard::look_up_in_turn(const std::string& host) const {
  if (!turns_.try_acquire()) return {{}, true};
  std::unique_ptr<std::counting_semaphore<>, void (*)(std::counting_semaphore<>*)> turn(&turns_, [](auto* turns) { turns->release(); });
  return resolve_(host);
}

Result<Destination> Guard::check(const std::string& text) const {
  auto to = parse(text);
  if (!to) return to;
  std::string name = to->host.front() == '[' ? to->host.substr(1, to->host.size() - 2) : to->host;
  auto literal = parse_address(name);
  Lookup found = literal ? Lookup{{*literal}, false} : look_up_in_turn(name);
  if (found.addresses.empty() && !found.temporary) return refused("The host of the URL, " + to->host + ", has no address. Check how it is written.");
  for (const Address& address : found.addresses) {
    if (!objection(*to, address).empty()) return refused("The URL " + std::string(kNotCalled));
  }
  return to;
}

std::string Guard::objection(const Destination& to, const Address& address) const {
  Reach reach = reach_of(address);
  if (reach == Reach::metadata) return std::string("it ") + kNotCalled;
  std::vector<Address> meant = meanings_of(address);
  auto allows = [&](const Address& one) {
    return std::ranges::any_of(config_.allowed, [&](const Cidr& range) { return contains(range, one) || contains(range, address); });
  };
  if (to.trusted || std::ranges::all_of(meant, allows)) return "";
  std::vector<Address> own = own_();
  bool is_own = std::ranges::any_of(meant, [&](const Address& one) { return std::ranges::find(own, one) != own.end(); });
  return reach == Reach::open && !is_own ? "" : std::string("it ") + kNotCalled;
}

}  // namespace darkroom::delivery
