// The door of libdarkroom_heif.so.
#include "imaging/heif_module.h"

#include "imaging/heif_library.h"

extern "C" __attribute__((visibility("default"))) darkroom::imaging::HeifDecode darkroom_open_heif() {
  return darkroom::imaging::heif_library::open() ? darkroom::imaging::heif_library::decode : nullptr;
}
