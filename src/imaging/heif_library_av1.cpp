// AV1 by dav1d with one thread, which is the caller's.
#include "imaging/heif_library.h"

#include <dav1d/dav1d.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <vector>

namespace darkroom::imaging::heif_library {
namespace {

struct Close {
  void operator()(Dav1dContext* context) const { dav1d_close(&context); }
};
using Context = std::unique_ptr<Dav1dContext, Close>;

struct Data : Dav1dData {
  Data() : Dav1dData{} {}
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;
  ~Data() { dav1d_data_unref(this); }
};

struct Picture : Dav1dPicture {
  Picture() : Dav1dPicture{} {}
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
  ~Picture() { dav1d_picture_unref(this); }
};

Context open_context() {
  Dav1dSettings settings;
  dav1d_default_settings(&settings);
  settings.n_threads = 1;
  settings.max_frame_delay = 1;
  settings.all_layers = 0;
  settings.frame_size_limit = static_cast<unsigned>(std::clamp<std::uint64_t>(pixels_left(), 1, std::numeric_limits<unsigned>::max()));
  settings.logger = {nullptr, [](void*, const char*, va_list) {}};
  Dav1dContext* context = nullptr;
  return Context(dav1d_open(&context, &settings) == 0 ? context : nullptr);
}

heif_chroma chroma_of(Dav1dPixelLayout layout) {
  switch (layout) {
    case DAV1D_PIXEL_LAYOUT_I400: return heif_chroma_monochrome;
    case DAV1D_PIXEL_LAYOUT_I420: return heif_chroma_420;
    case DAV1D_PIXEL_LAYOUT_I422: return heif_chroma_422;
    case DAV1D_PIXEL_LAYOUT_I444: return heif_chroma_444;
  }
  return heif_chroma_undefined;
}

heif_error give_picture(const Dav1dPicture& picture, heif_image** image) {
  if (!take_pixels(picture.p.w, picture.p.h)) return too_many_pixels();
  Planes planes;
  planes.width = picture.p.w;
  planes.height = picture.p.h;
  planes.chroma = chroma_of(picture.p.layout);
  planes.depth = {picture.p.bpc, picture.p.bpc};
  for (int plane = 0; plane < 3; ++plane) {
    planes.rows[plane] = static_cast<const std::uint8_t*>(picture.data[plane]);
    planes.strides[plane] = picture.stride[plane == 0 ? 0 : 1];
  }
  planes.primaries = picture.seq_hdr->pri;
  planes.transfer = picture.seq_hdr->trc;
  planes.matrix = picture.seq_hdr->mtrx;
  planes.full_range = picture.seq_hdr->color_range != 0;
  return give(planes, image);
}

// dav1d says ERANGE of a frame beyond frame_size_limit.
heif_error explain(int error) {
  if (error == DAV1D_ERR(ENOMEM)) return no_memory();
  return error == DAV1D_ERR(ERANGE) ? too_many_pixels() : damaged();
}

heif_error new_decoder(void** decoder) {
  *decoder = new (std::nothrow) std::vector<std::uint8_t>;
  return *decoder == nullptr ? no_memory() : fine();
}

void free_decoder(void* decoder) { delete static_cast<std::vector<std::uint8_t>*>(decoder); }

heif_error push_data(void* decoder, const void* data, std::size_t size) {
  auto& stream = *static_cast<std::vector<std::uint8_t>*>(decoder);
  auto* bytes = static_cast<const std::uint8_t*>(data);
  stream.insert(stream.end(), bytes, bytes + size);
  return fine();
}

// The first picture. Every turn takes bytes of the stream or ends.
heif_error decode_image(void* decoder, heif_image** image) {
  auto& stream = *static_cast<std::vector<std::uint8_t>*>(decoder);
  if (stream.empty()) return damaged();
  Context context = open_context();
  if (!context) return no_memory();
  Data data;
  std::uint8_t* to = dav1d_data_create(&data, stream.size());
  if (to == nullptr) return no_memory();
  std::memcpy(to, stream.data(), stream.size());
  while (true) {
    std::size_t before = data.sz;
    int sent = data.sz == 0 ? 0 : dav1d_send_data(context.get(), &data);
    if (sent != 0 && sent != DAV1D_ERR(EAGAIN)) return explain(sent);
    Picture picture;
    int got = dav1d_get_picture(context.get(), &picture);
    if (got == 0) return give_picture(picture, image);
    if (got != DAV1D_ERR(EAGAIN) || data.sz == before) return explain(got);
  }
}

}  // namespace

const heif_decoder_plugin kAv1Plugin = {
    .plugin_api_version = 3,
    .get_plugin_name = [] { return "Darkroom's AV1"; },
    .init_plugin = nullptr,
    .deinit_plugin = nullptr,
    .does_support_format = [](heif_compression_format format) { return format == heif_compression_AV1 ? kPriority : 0; },
    .new_decoder = new_decoder,
    .free_decoder = free_decoder,
    .push_data = push_data,
    .decode_image = decode_image,
    .set_strict_decoding = [](void*, int) {},
    .id_name = "darkroom-av1",
};

}  // namespace darkroom::imaging::heif_library
