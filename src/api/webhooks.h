// What the routes of webhooks share: the guard of outgoing addresses, the sites, and how secrets are derived.
#pragma once

#include "auth/sealing.h"
#include "delivery/guard.h"
#include "http/message.h"
#include "store/deliveries.h"

#include <boost/json/fwd.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::api {

// Of a server; pointers are never null there.
struct Webhooks {
  const delivery::Guard* guard = nullptr;
  std::vector<delivery::Site> sites = {};
  std::function<void()> wake = [] {};  // something is due
};

boost::json::object delivery_json(const store::DeliveryRecord& delivery);

// The bytes that sign a callback_url of this sender, and what goes to a site that has no secret of its own.
std::string token_secret(const auth::Sealer& sealer, std::string_view signer);
std::string site_secret(const auth::Sealer& sealer, std::string_view site);

// In whose name a request's callback_url is signed: "token/ACCOUNT/NAME" of the token that it came with, the account of a log-in. A token that is revoked takes its
// secret out of use, and those of the same account keep theirs. The name alone would not do: once it is free, any account may take it.
std::string signer_of(const http::Request& request);
std::string signer_of_token(std::string_view account, std::string_view name);

}  // namespace darkroom::api
