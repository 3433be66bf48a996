#include "domain/recipe.h"

#include "domain/names.h"

namespace darkroom::domain {
namespace {

constexpr Names<ColourOrder, 2> kColourOrders = {{{ColourOrder::rgb, "rgb"}, {ColourOrder::bgr, "bgr"}}};
constexpr Names<TensorLayout, 2> kLayouts = {{{TensorLayout::nchw, "nchw"}, {TensorLayout::nhwc, "nhwc"}}};
constexpr Names<Fit, 5> kFits = {{{Fit::letterbox_top_left, "letterbox_top_left"},
                                  {Fit::letterbox_centre, "letterbox_centre"},
                                  {Fit::stretch, "stretch"},
                                  {Fit::centre_crop, "centre_crop"},
                                  {Fit::own_aspect, "own_aspect"}}};
constexpr Names<Interpolation, 3> kInterpolations = {{{Interpolation::bilinear, "bilinear"},
                                                      {Interpolation::bilinear_antialias, "bilinear_antialias"},
                                                      {Interpolation::bicubic, "bicubic"}}};
constexpr Names<Activation, 3> kActivations = {{{Activation::none, "none"}, {Activation::sigmoid, "sigmoid"}, {Activation::softmax, "softmax"}}};
constexpr Names<BoxUnit, 2> kBoxUnits = {{{BoxUnit::pixels, "pixels"}, {BoxUnit::shares, "shares"}}};

}  // namespace

std::string_view to_string(ColourOrder order) { return name_of(kColourOrders, order); }
std::string_view to_string(TensorLayout layout) { return name_of(kLayouts, layout); }
std::string_view to_string(Fit fit) { return name_of(kFits, fit); }
std::string_view to_string(Interpolation interpolation) { return name_of(kInterpolations, interpolation); }
std::string_view to_string(Activation activation) { return name_of(kActivations, activation); }
std::string_view to_string(BoxUnit unit) { return name_of(kBoxUnits, unit); }
std::optional<ColourOrder> parse_colour_order(std::string_view text) { return parse_name(kColourOrders, text); }
std::optional<TensorLayout> parse_tensor_layout(std::string_view text) { return parse_name(kLayouts, text); }
std::optional<Fit> parse_fit(std::string_view text) { return parse_name(kFits, text); }
std::optional<Interpolation> parse_interpolation(std::string_view text) { return parse_name(kInterpolations, text); }
std::optional<Activation> parse_activation(std::string_view text) { return parse_name(kActivations, text); }
std::optional<BoxUnit> parse_box_unit(std::string_view text) { return parse_name(kBoxUnits, text); }

}  // namespace darkroom::domain
