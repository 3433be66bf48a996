// HEIC and AVIF come out of their module, if it could be opened.
#include "base/module_path.h"
#include "domain/error_codes.h"
#include "imaging/heif_module.h"

#include <dlfcn.h>

#include <string>

namespace darkroom::imaging {
namespace {

// A module's code stays as long as the process, and so does the way to it.
HeifDecode opened = nullptr;
std::string& why_not_opened() {
  static std::string why = "the runner was started without photo.heif";
  return why;
}

}  // namespace

void open_heif_module() {
  void* module = ::dlopen(module_path("libdarkroom_heif.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* why = ::dlerror();
    why_not_opened() = why == nullptr ? "its module is missing" : why;
    return;
  }
  auto entry = reinterpret_cast<HeifModuleEntry>(::dlsym(module, kHeifModuleEntry));
  opened = entry == nullptr ? nullptr : entry();
  if (opened == nullptr) why_not_opened() = "the installed libheif, libde265 and dav1d do not fit this build";
}

Result<void> decode_heif(const DecodeTask& task, DecodedPhoto& photo) {
  if (opened != nullptr) return opened(task, photo);
  return Error{std::string(domain::code::unsupported_format),
               "HEIC and AVIF cannot be decoded by this installation: " + why_not_opened() + ". Save the photo as JPEG."};
}

}  // namespace darkroom::imaging
