#include "auth/sealing.h"

#include "auth/sodium.h"
#include "base/file_descriptor.h"
#include "domain/error_codes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <vector>

namespace darkroom::auth {
namespace {

static_assert(crypto_secretbox_KEYBYTES == 32 && crypto_generichash_BYTES == 32);
constexpr std::string_view kPrefix = "sealed1:";
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kHexDigits = 64;

[[noreturn]] void fail(const std::string& path, const std::string& why) { throw std::runtime_error("the key file " + path + " " + why); }

// Written aside, then linked: two processes that start at once end with the same key, that of the first.
void make_key_file(const std::string& path) {
  unsigned char key[crypto_secretbox_KEYBYTES];
  char hex[kHexDigits + 1];
  randombytes_buf(key, sizeof key);
  sodium_bin2hex(hex, sizeof hex, key, sizeof key);
  hex[kHexDigits] = '\n';
  std::string aside = path + "." + std::to_string(::getpid());
  FileDescriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  bool written = file && ::write(file.get(), hex, sizeof hex) == static_cast<ssize_t>(sizeof hex) && ::fsync(file.get()) == 0;
  bool linked = written && (::link(aside.c_str(), path.c_str()) == 0 || errno == EEXIST);
  int cause = errno;
  ::unlink(aside.c_str());
  sodium_memzero(key, sizeof key);
  sodium_memzero(hex, sizeof hex);
  if (!linked) fail(path, std::string("cannot be written: ") + std::strerror(cause));
}

FileDescriptor open_key_file(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file || errno != ENOENT) return file;
  make_key_file(path);
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace

Sealer::~Sealer() { sodium_memzero(key_.data(), key_.size()); }

Sealer Sealer::from_key_file(const std::string& path) {
  start_sodium();
  FileDescriptor file = open_key_file(path);
  if (!file) fail(path, std::string("cannot be read: ") + std::strerror(errno));
  struct stat state {};
  if (::fstat(file.get(), &state) != 0 || (state.st_mode & 077) != 0) fail(path, "can be read by others than its owner: chmod 600 it, and change the secrets that it sealed");
  char hex[kHexDigits];
  ssize_t got = ::read(file.get(), hex, sizeof hex);
  Sealer sealer;
  std::size_t length = 0;
  bool whole = got == static_cast<ssize_t>(sizeof hex) &&
               sodium_hex2bin(sealer.key_.data(), sealer.key_.size(), hex, sizeof hex, nullptr, &length, nullptr) == 0 && length == kKeyBytes;
  sodium_memzero(hex, sizeof hex);
  if (!whole) fail(path, "holds no key of 64 hex digits: put the right one back, or remove it and set the sealed secrets anew");
  return sealer;
}

Sealer Sealer::from_secret(std::string_view secret) {
  start_sodium();
  constexpr std::string_view kPurpose = "darkroom sealing 1";
  Sealer sealer;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sealer.key_.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(kPurpose.data()), kPurpose.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_generichash_final(&state, sealer.key_.data(), sealer.key_.size());
  return sealer;
}

std::string Sealer::seal(std::string_view secret) const {
  std::vector<unsigned char> box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + secret.size());
  randombytes_buf(box.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(box.data() + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), box.data(), key_.data());
  std::string text(sodium_base64_encoded_len(box.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), box.data(), box.size(), kBase64);
  text.pop_back();  // its terminating zero
  return std::string(kPrefix) + text;
}

Result<std::string> Sealer::unseal(std::string_view sealed) const {
  Error refused{std::string(domain::code::internal), "A stored secret cannot be opened with this installation's key. Put the file secret.key back, or set the secret anew."};
  if (!sealed.starts_with(kPrefix)) return refused;
  sealed.remove_prefix(kPrefix.size());
  std::vector<unsigned char> box(sealed.size());
  std::size_t length = 0;
  const char* end = nullptr;
  bool decoded = sodium_base642bin(box.data(), box.size(), sealed.data(), sealed.size(), nullptr, &length, &end, kBase64) == 0 && end == sealed.data() + sealed.size();
  constexpr std::size_t kAround = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (!decoded || length < kAround) return refused;
  std::string secret(length - kAround, '\0');
  const unsigned char* cipher = box.data() + crypto_secretbox_NONCEBYTES;
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(secret.data()), cipher, length - crypto_secretbox_NONCEBYTES, box.data(), key_.data()) != 0) return refused;
  return secret;
}

std::string Sealer::derived(std::string_view purpose, std::string_view name) const {
  std::string info = std::string(purpose) + '\0' + std::string(name) + '\x01', secret(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key_.data(), key_.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(info.data()), info.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(secret.data()));
  return secret;
}

}  // namespace darkroom::auth
