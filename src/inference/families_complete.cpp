// From a family to a complete recipe: the owner's word wins, then what the file says, then the convention of the family; each field with its
// evidence.
#include "domain/error_codes.h"
#include "inference/families.h"
#include "inference/families_conventions.h"

#include <algorithm>
#include <sstream>
#include <type_traits>

namespace darkroom::inference {
namespace {

using domain::Recipe;

constexpr const char* kOwnerSays = "as its owner says (model.toml)";

Error cannot_be(const std::string& why) { return Error{std::string(domain::code::model_unavailable), why}; }

std::string text_of(int value) { return std::to_string(value); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}
std::string text_of(const std::array<double, 3>& value) { return text_of(value[0]) + ", " + text_of(value[1]) + ", " + text_of(value[2]); }
std::string text_of(const std::map<std::string, std::string>& value) {
  std::string text;
  for (const auto& [role, output] : value) text += (text.empty() ? "" : ", ") + role + " = " + output;
  return text;
}
template <class Choice>
requires std::is_enum_v<Choice> std::string text_of(Choice value) { return std::string(domain::to_string(value)); }

template <class Field>
const Field* field_named(const Recipe& recipe, std::string_view name) {
  const Field* found = nullptr;
  domain::for_each_field(recipe, [&](std::string_view field, const auto& value) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, Field>) {
      if (field == name) found = &value;
    }
  });
  return found;
}

class Completion {
 public:
  Completion(const Hypothesis& hypothesis, const SeenFile& file)
      : hypothesis_(hypothesis),
        file_(file),
        convention_(*find_convention(hypothesis.convention.empty() ? hypothesis.reading.recipe.family : hypothesis.convention)) {
    recognised_.reading = hypothesis.reading;
  }

  Result<Recognised> run() {
    say("family", recipe().family, (file_.owner.family.empty() ? "" : std::string(kOwnerSays) + "; ") + hypothesis_.because);
    say("task", recipe().task, file_.owner.task.empty() ? hypothesis_.because : kOwnerSays);
    Result<int> width = side("input_width", across(), file_.owner.input_width, file_.metadata.input_width, convention_.recipe.input_width);
    if (!width) return width.error();
    Result<int> height = side("input_height", across() - 1, file_.owner.input_height, file_.metadata.input_height, convention_.recipe.input_height);
    if (!height) return height.error();
    recipe().input_width = recognised_.reading.input_width = *width;
    recipe().input_height = recognised_.reading.input_height = *height;
    if (Result<void> laid = take_layout(); !laid) return laid.error();
    take_fields();
    if (Result<void> fits = check(); !fits) return fits.error();
    say("outputs", text_of(recipe().outputs), file_.owner.outputs.empty() ? "told by their names, types and shapes" : kOwnerSays);
    if (Result<void> labelled = take_labels(); !labelled) return labelled.error();
    take_licence();
    recognised_.image_input = file_.image.name;
    recognised_.image_type = file_.image.type;
    recognised_.size_input = file_.size_input;
    return std::move(recognised_);
  }

 private:
  Recipe& recipe() { return recognised_.reading.recipe; }
  void say(std::string about, std::string value, std::string because) {
    recognised_.evidence.push_back({std::move(about), std::move(value), std::move(because)});
  }
  std::string by_convention() const { return "convention of the family (" + std::string(convention_.because) + "); the file does not say"; }

  std::size_t across() const { return file_.layout == domain::TensorLayout::nchw ? 3 : 2; }

  Result<int> side(const std::string& name, std::size_t place, std::optional<int> owner, std::optional<int> metadata, std::optional<int> customary) {
    std::int64_t fixed = file_.image.shape[place];
    if (fixed >= 0 && owner && *owner != fixed) {
      return cannot_be("The model's model.toml says " + name + " = " + std::to_string(*owner) + ", but the file takes " + describe(file_.image) +
                       ".");
    }
    if (fixed >= 0) return say(name, std::to_string(fixed), describe(file_.image)), static_cast<int>(fixed);
    std::string open = "; the file leaves it open (" + describe(file_.image) + ")";
    if (owner) return say(name, std::to_string(*owner), kOwnerSays + open), *owner;
    if (metadata) return say(name, std::to_string(*metadata), "metadata imgsz or input_size" + open), *metadata;
    if (customary)
      return say(name, std::to_string(*customary), "customary size of the family (" + std::string(convention_.because) + ")" + open), *customary;
    return cannot_be("The model leaves its input's size open (" + describe(file_.image) + "), and the family " + recipe().family +
                     " has no customary one: write input_width = ... and input_height = ... into its model.toml.");
  }

  Result<void> take_layout() {
    if (file_.owner.layout && *file_.owner.layout != file_.layout) {
      return cannot_be("The model's model.toml says layout = \"" + text_of(*file_.owner.layout) + "\", but the file takes " + describe(file_.image) +
                       ".");
    }
    recipe().layout = file_.layout;
    say("layout", text_of(file_.layout), describe(file_.image));
    return {};
  }

  // Every other field: the owner's, else what the family has found in the file, else what its metadata says, else the family's convention.
  void take_fields() {
    domain::for_each_field(recipe(), [&](std::string_view name, auto& field) {
      using Field = std::remove_cvref_t<decltype(field)>;
      if constexpr (!std::is_same_v<Field, std::string> && !std::is_same_v<Field, std::map<std::string, std::string>>) {
        if (name == "input_width" || name == "input_height" || name == "layout") return;
        const Field* owner = field_named<Field>(file_.owner, name);
        const Field* said = field_named<Field>(file_.metadata.preparation, name);
        const Field* usual = field_named<Field>(convention_.recipe, name);
        if (owner->has_value()) {
          if (!usual->has_value() && !field.has_value()) warn_unused(name);
          field = *owner;
          say(std::string(name), text_of(**owner), kOwnerSays);
        } else if (file_.bytes_in() && take_bytes(name, field)) {
          say(std::string(name), text_of(*field), "it takes bytes as they are (" + describe(file_.image) + ")");
        } else if (field.has_value()) {
          say(std::string(name), text_of(*field), hypothesis_.because);
        } else if (said->has_value() && usual->has_value()) {
          field = *said;
          say(std::string(name), text_of(**said), "metadata " + metadata_key(name));
        } else if (usual->has_value()) {
          field = *usual;
          say(std::string(name), text_of(**usual), by_convention());
        }
      }
    });
  }

  std::string metadata_key(std::string_view field) const {
    if (field == "colour") return "Image.BitmapPixelFormat";
    if (file_.metadata.says_range && (field == "mean" || field == "deviation")) return "Image.NominalPixelRange";
    if (field == "deviation") return "std";
    return field == "crop_share" ? "crop_pct" : std::string(field);
  }

  // Bytes cannot be scaled before they go in: what the model needs of that it does itself.
  template <class Field>
  static bool take_bytes(std::string_view name, Field& field) {
    if constexpr (std::is_same_v<Field, std::optional<std::array<double, 3>>>) {
      field = name == "mean" ? std::array<double, 3>{0, 0, 0} : std::array<double, 3>{1, 1, 1};
      return name == "mean" || name == "deviation";
    }
    return false;
  }

  void warn_unused(std::string_view name) {
    bool counts = (name == "pad_value" || name == "crop_share") && file_.owner.fit.has_value();
    if (!counts) recognised_.warnings.push_back("model.toml says " + std::string(name) + ", which the family " + recipe().family + " does not use.");
  }

  // What an owner may say, but this file cannot do.
  Result<void> check() {
    if (file_.bytes_in() && (recipe().mean != std::array<double, 3>{0, 0, 0} || recipe().deviation != std::array<double, 3>{1, 1, 1})) {
      return cannot_be("The file takes bytes (" + describe(file_.image) +
                       "), so mean and deviation cannot be applied: leave them out of its model.toml.");
    }
    std::optional<int> found = hypothesis_.reading.recipe.keypoints;
    if (file_.owner.keypoints && file_.metadata.keypoints && file_.owner.keypoints != file_.metadata.keypoints && found) {
      return cannot_be("The model's model.toml says keypoints = " + std::to_string(*file_.owner.keypoints) + ", but the file's kpt_shape says " +
                       std::to_string(*file_.metadata.keypoints) + ".");
    }
    domain::Fit fit = recipe().fit.value_or(domain::Fit::stretch);
    if (fit == domain::Fit::own_aspect && !file_.sizes_are_open()) {
      return cannot_be("The model's model.toml says fit = \"own_aspect\", but the file takes " + describe(file_.image) + ".");
    }
    bool padded = fit == domain::Fit::letterbox_centre || fit == domain::Fit::letterbox_top_left;
    if (padded && !recipe().pad_value) recipe().pad_value = 114, say("pad_value", "114", "customary with a letterbox");
    if (fit == domain::Fit::centre_crop && !recipe().crop_share)
      recipe().crop_share = 1, say("crop_share", "1", "nothing but the longer side is cut off");
    return {};
  }

  Result<void> take_labels() {
    Reading& reading = recognised_.reading;
    bool owned = !file_.owner_labels.empty();
    reading.labels = owned ? file_.owner_labels : file_.metadata.names;
    std::string background = take_background();
    auto given = static_cast<int>(reading.labels.size());
    int most = recipe().family == "ultraface" ? 2 : reading.classes;  // its lists often begin with the background
    if (owned && most > 0 && given > most) {
      return cannot_be("The model's owner names " + std::to_string(given) + " labels, but the file has " + std::to_string(most) + " classes (" +
                       hypothesis_.because + ").");
    }
    bool short_list = given > 0 && given < reading.classes;
    if (short_list)
      recognised_.warnings.push_back("Only " + std::to_string(given) + " of its " + std::to_string(reading.classes) +
                                     " classes have a label; the others are called class_N.");
    if (recipe().task == "embed") return {};
    if (given == 0 && recipe().family == "ultraface") {
      reading.labels = {"face"};
      say("labels", "face", by_convention());
    } else {
      std::string because = owned ? kOwnerSays : given > 0 ? "metadata names" : "nobody says what the classes are called";
      say("labels", given == 0 ? "class_0, class_1, ..." : std::to_string(given) + " names",
          because + (background.empty() ? "" : "; the first, " + background + ", stands for the background and is left out"));
    }
    return {};
  }

  // TensorFlow's lists name the background first, as number 0, and its detectors count classes from 1. The name; empty: none was left out.
  std::string take_background() {
    std::vector<std::string>& labels = recognised_.reading.labels;
    bool named = !labels.empty() && (labels[0] == "???" || labels[0] == "background" || labels[0] == "__background__");
    if (recipe().family != "ssd" || !named) return "";
    std::string background = labels[0];
    labels.erase(labels.begin());
    if (recognised_.reading.classes > 0) --recognised_.reading.classes;
    return background;
  }

  void take_licence() {
    recognised_.licence = file_.metadata.licence;
    if (!recognised_.licence.empty()) say("licence", recognised_.licence, "metadata license");
  }

  const Hypothesis& hypothesis_;
  const SeenFile& file_;
  const Convention& convention_;
  Recognised recognised_;
};

}  // namespace

Result<Recognised> complete(const Hypothesis& hypothesis, const SeenFile& file) { return Completion(hypothesis, file).run(); }

}  // namespace darkroom::inference
