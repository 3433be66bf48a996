#include "domain/recipe.h"

#include <algorithm>
#include <utility>

namespace darkroom::domain {
namespace {

template <class Value, std::size_t count>
using Names = std::array<std::pair<Value, std::string_view>, count>;

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

template <class Value, std::size_t count>
std::string_view name_of(const Names<Value, count>& names, Value value) {
  return std::ranges::find(names, value, &std::pair<Value, std::string_view>::first)->second;
}

template <class Value, std::size_t count>
std::optional<Value> parse(const Names<Value, count>& names, std::string_view text) {
  auto found = std::ranges::find(names, text, &std::pair<Value, std::string_view>::second);
  return found == names.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace

std::string_view to_string(ColourOrder order) { return name_of(kColourOrders, order); }
std::string_view to_string(TensorLayout layout) { return name_of(kLayouts, layout); }
std::string_view to_string(Fit fit) { return name_of(kFits, fit); }
std::string_view to_string(Interpolation interpolation) { return name_of(kInterpolations, interpolation); }
std::string_view to_string(Activation activation) { return name_of(kActivations, activation); }
std::string_view to_string(BoxUnit unit) { return name_of(kBoxUnits, unit); }
std::optional<ColourOrder> parse_colour_order(std::string_view text) { return parse(kColourOrders, text); }
std::optional<TensorLayout> parse_tensor_layout(std::string_view text) { return parse(kLayouts, text); }
std::optional<Fit> parse_fit(std::string_view text) { return parse(kFits, text); }
std::optional<Interpolation> parse_interpolation(std::string_view text) { return parse(kInterpolations, text); }
std::optional<Activation> parse_activation(std::string_view text) { return parse(kActivations, text); }
std::optional<BoxUnit> parse_box_unit(std::string_view text) { return parse(kBoxUnits, text); }

}  // namespace darkroom::domain
