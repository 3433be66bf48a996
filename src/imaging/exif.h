// The one EXIF value that changes pixels.
#pragma once

#include "imaging/byte_reader.h"

namespace darkroom::imaging {

// `exif` starts at its TIFF header or at "Exif\0\0" before it. The orientation (tag 0x0112 of the first directory), 1..8;
// 1 when it is absent, invalid or out of reach. Reads the first directory only and follows no other link.
int read_exif_orientation(Bytes exif);

}  // namespace darkroom::imaging
