#include "roles/credentials.h"

#include "auth/password.h"
#include "auth/token.h"
#include "base/file_descriptor.h"
#include "base/hash.h"
#include "domain/error_codes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>

namespace darkroom::roles {
namespace {

std::string read_token_file(const std::string& path) {
  std::ifstream file(path);
  std::string token;
  std::getline(file, token);
  return token;
}

}  // namespace

std::string token_file(const std::string& data_dir) { return data_dir + "/admin.token"; }

LogIn ensure_admin(store::Store& store, const std::string& data_dir, const std::string& wished_token, const std::string& token_name, Time now) {
  LogIn log_in;
  if (!store.find_account(kAdminName)) {
    std::string password = auth::make_password();
    bool made = store.create_account({kAdminName, "admin", auth::hash_password(password)}, {"system", "first start"}, now).has_value();
    if (made) log_in.new_password = std::move(password);  // else by another process at the same moment
  }
  std::string path = token_file(data_dir);
  std::string present = read_token_file(path);
  std::string token = !wished_token.empty() ? wished_token : auth::is_acceptable_token(present) ? present : auth::make_token();
  store.put_token(token_name, kAdminName, sha256_hex(token), token.substr(token.size() - 4), now);
  if (token != present) write_private_file(path, token + "\n");
  return log_in;
}

Result<std::string> reset_password(store::Store& store, const std::string& name, Time now) {
  auto account = store.find_account(name);
  if (!account) return Error{std::string(domain::code::not_found), "There is no user '" + name + "' in this data folder. The first start makes the user admin."};
  std::string password = auth::make_password();
  account->password_hash = auth::hash_password(password);
  store.put_account(*account, {"system", "password reset on the server's machine"}, now);
  return password;
}

void write_private_file(const std::string& path, const std::string& text) {
  std::string aside = path + ".new";
  ::unlink(aside.c_str());
  FileDescriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  bool written = file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file.get()) == 0;
  if (!written || ::rename(aside.c_str(), path.c_str()) != 0) {
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
}

void tell_secret(const std::string& text, const std::string& file) {
  if (::isatty(STDOUT_FILENO)) {
    std::cout << text << std::flush;
  } else {
    write_private_file(file, text);
    std::cout << "The log-in is in " << file << " (only its owner can read it; delete it when you have noted it).\n" << std::flush;
  }
}

}  // namespace darkroom::roles
