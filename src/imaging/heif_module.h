// The door of libdarkroom_heif.so, the module of libheif, libde265 and dav1d. It is opened only where HEIC and AVIF are taken, and before the
// sandbox's wall, which lets no file be opened.
#pragma once

#include "imaging/decoders.h"

namespace darkroom::imaging {

inline constexpr const char* kHeifModuleEntry = "darkroom_open_heif";
using HeifDecode = Result<void> (*)(const DecodeTask& task, DecodedPhoto& photo);
using HeifModuleEntry = HeifDecode (*)();  // a null pointer: the libraries do not fit each other

// Once a process, from its one thread. Where it fails, every decode of such a photo says why.
void open_heif_module();

}  // namespace darkroom::imaging
