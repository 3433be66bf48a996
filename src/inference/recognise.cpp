#include "inference/recognise.h"

#include "domain/error_codes.h"
#include "domain/printable.h"
#include "inference/families.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace darkroom::inference {
namespace {

constexpr std::int64_t kLargestSide = 16'384;
constexpr std::size_t kLongestList = 600;  // characters of a message
constexpr std::size_t kLongestLine = 1'000;
constexpr std::size_t kMostCandidates = 12;

Error unavailable(const std::string& why) { return Error{std::string(domain::code::model_unavailable), why}; }

std::string describe_all(const std::vector<TensorFacts>& tensors) {
  std::string text;
  for (const TensorFacts& tensor : tensors) text += (text.empty() ? "" : ", ") + describe(tensor);
  return text.empty() ? "nothing" : domain::printable(text, kLongestList);
}

std::string seen(const ModelFacts& facts) {
  return "The model takes " + describe_all(facts.inputs) + " and gives " + describe_all(facts.outputs) + ".";
}

bool has_symbol(const TensorFacts& tensor, std::size_t place, std::string_view word) {
  return place < tensor.symbols.size() && tensor.symbols[place].find(word) != std::string::npos;
}

// Where the three channels stand. A file that leaves them open is taken for NCHW, unless its symbols say otherwise.
std::optional<domain::TensorLayout> layout_of(const TensorFacts& image, const domain::Recipe& owner) {
  if (image.shape.size() != 4) return std::nullopt;
  if (image.shape[1] == 3 && image.shape[3] == 3 && owner.layout) return owner.layout;
  if (image.shape[1] == 3) return domain::TensorLayout::nchw;
  if (image.shape[3] == 3) return domain::TensorLayout::nhwc;
  if (image.shape[1] >= 0 && image.shape[3] >= 0) return std::nullopt;
  if (owner.layout) return owner.layout;
  if (has_symbol(image, 3, "channel") || image.type == "uint8") return domain::TensorLayout::nhwc;
  return image.shape[1] < 0 ? std::optional(domain::TensorLayout::nchw) : std::nullopt;
}

bool takes_a_picture(const TensorFacts& input) {
  static constexpr std::array kTypes = {"float32", "float16", "uint8"};
  return std::ranges::find(kTypes, input.type) != kTypes.end() && input.shape.size() == 4;
}

bool takes_a_size(const TensorFacts& input) {
  return input.type == "int64" && input.shape.size() == 2 && may_be(input.shape[0], 1) && input.shape[1] == 2;
}

Result<void> take_inputs(const ModelFacts& facts, SeenFile& file) {
  auto image = std::ranges::find_if(facts.inputs, takes_a_picture);
  if (image == facts.inputs.end())
    return unavailable(seen(facts) + " None of its inputs takes a picture: float32, float16 or uint8 of [1,3,H,W] or [1,H,W,3].");
  for (const TensorFacts& input : facts.inputs) {
    if (&input == &*image) continue;
    if (!takes_a_size(input) || !file.size_input.empty()) {
      return unavailable(seen(facts) + " Nothing is known that could be given to its input " + input.name +
                         ": export it so that a picture is all it takes.");
    }
    file.size_input = input.name;
  }
  if (image->shape[0] >= 0 && image->shape[0] != 1) {
    return unavailable(seen(facts) + " It takes " + std::to_string(image->shape[0]) +
                       " pictures at a time: export it with a batch of 1, or with an open one.");
  }
  std::optional<domain::TensorLayout> layout = layout_of(*image, file.owner);
  if (!layout) return unavailable(seen(facts) + " Its input has not three channels: only colour pictures, [1,3,H,W] or [1,H,W,3], can be given.");
  file.image = *image;
  file.layout = *layout;
  bool nchw = *layout == domain::TensorLayout::nchw;
  file.height = image->shape[nchw ? 2 : 1];
  file.width = image->shape[nchw ? 3 : 2];
  if (file.height == 0 || file.width == 0 || std::max(file.height, file.width) > kLargestSide)
    return unavailable(seen(facts) + " A picture of that size cannot be given.");
  return {};
}

// Sizes that the file leaves open, where somebody says them.
void take_said_sizes(SeenFile& file) {
  auto fill = [](std::int64_t& side, std::optional<int> owner, std::optional<int> metadata) {
    if (side < 0) side = owner ? *owner : metadata.value_or(kOpenSize);
  };
  fill(file.width, file.owner.input_width, file.metadata.input_width);
  fill(file.height, file.owner.input_height, file.metadata.input_height);
}

SeenFile with_shapes(SeenFile file, const Probe& probe) {
  file.width = probe.width;
  file.height = probe.height;
  for (TensorFacts& output : file.outputs) {
    auto observation = probe.outputs.find(output.name);
    if (observation != probe.outputs.end()) output.shape = observation->second.shape;
  }
  return file;
}

Result<void> check_owner(const ModelFacts& facts, const domain::Recipe& owner) {
  if (!owner.family.empty() && !is_family(owner.family)) {
    return unavailable("The model's model.toml names the family '" + owner.family + "', which is not known. Known are: " + family_names() + ".");
  }
  for (const auto& [role, name] : owner.outputs) {
    bool there = std::ranges::any_of(facts.outputs, [&](const TensorFacts& output) { return output.name == name; });
    if (!there)
      return unavailable("The model's model.toml says that its " + role + " are in the output '" + name + "', but the file gives " +
                         describe_all(facts.outputs) + ".");
  }
  return {};
}

Verdicts judge(const SeenFile& file) {
  Verdicts verdicts;
  judge_yolo_rows(file, verdicts);
  judge_yolo_columns(file, verdicts);
  judge_answers(file, verdicts);
  judge_detectors(file, verdicts);
  judge_vectors(file, verdicts);
  judge_maps(file, verdicts);
  return verdicts;
}

// Of how the picture becomes an input, what tells in the numbers of a run. (The picture of a probe run has the size of the input already.)
bool same_input(const domain::Recipe& one, const domain::Recipe& other) {
  return one.input_width == other.input_width && one.input_height == other.input_height && one.colour == other.colour && one.mean == other.mean &&
         one.deviation == other.deviation;
}

// Which of the probe runs each family is to be judged by.
class Trials {
 public:
  // `file` has the shapes that were observed, but no numbers.
  Trials(const SeenFile& file, std::span<const Probe> probes) : probes_(probes) {
    for (const Hypothesis& one : judge(file).possible) {
      if (inputs_.contains(one.reading.recipe.family)) continue;
      Result<Recognised> whole = complete(one, file);
      if (!whole) continue;  // there is no input to make for it: any run is as good
      bool tried = std::ranges::any_of(probes, [&](const Probe& probe) { return fits(probe, whole->reading.recipe); });
      inputs_[one.reading.recipe.family] = whole->reading.recipe;
      if (!tried) untried_.push_back(std::move(*whole));
    }
  }

  std::vector<Recognised>& untried() { return untried_; }

  bool judged_by(const Probe& probe, const std::string& family) const {
    auto input = inputs_.find(family);
    return input == inputs_.end() ? &probe == &probes_.front() : fits(probe, input->second);
  }

 private:
  static bool fits(const Probe& probe, const domain::Recipe& recipe) { return !probe.recipe || same_input(*probe.recipe, recipe); }

  std::span<const Probe> probes_;
  std::map<std::string, domain::Recipe> inputs_;  // by family
  std::vector<Recognised> untried_;
};

// What the families say, each of its own probe run.
Verdicts judge_after(const std::vector<SeenFile>& runs, const Trials& trials) {
  Verdicts verdicts;
  for (const SeenFile& run : runs) {
    Verdicts all = judge(run);
    std::ranges::copy_if(all.possible, std::back_inserter(verdicts.possible),
                         [&](const Hypothesis& one) { return trials.judged_by(*run.probe, one.reading.recipe.family); });
    std::ranges::copy_if(all.rejected, std::back_inserter(verdicts.rejected),
                         [&](const domain::Candidate& one) { return trials.judged_by(*run.probe, one.family); });
  }
  return verdicts;
}

// Of what is possible, what the owner has chosen; else what somebody names before what only fits.
std::vector<Hypothesis> choose(std::vector<Hypothesis> possible, const domain::Recipe& owner) {
  std::erase_if(possible, [&](const Hypothesis& one) {
    const domain::Recipe& recipe = one.reading.recipe;
    return (!owner.family.empty() && recipe.family != owner.family) || (!owner.task.empty() && recipe.task != owner.task);
  });
  bool any_named = std::ranges::any_of(possible, [](const Hypothesis& one) { return one.standing == Standing::named; });
  if (any_named) std::erase_if(possible, [](const Hypothesis& one) { return one.standing != Standing::named; });
  return possible;
}

std::string with_task(const std::string& family, const std::string& task) { return family + " (" + task + ")"; }

Recognition undecided(const ModelFacts& facts, const std::vector<Hypothesis>& possible) {
  Recognition answer;
  std::string names;
  for (const Hypothesis& one : possible) {
    const domain::Recipe& recipe = one.reading.recipe;
    names += (names.empty() ? "" : " or ") + with_task(recipe.family, recipe.task);
    answer.candidates.push_back({recipe.family, recipe.task, one.because});
  }
  const std::string& family = possible.front().reading.recipe.family;
  bool one_family = std::ranges::all_of(possible, [&](const Hypothesis& one) { return one.reading.recipe.family == family; });
  std::string decide = ", and nothing in it decides: write " + std::string(one_family ? "task" : "family") + " = \"...\" into the model's model.toml, ";
  answer.error = Error{std::string(domain::code::model_ambiguous),
                       "The model's file could be read as " + names + decide + "or choose when it is uploaded. " + seen(facts)};
  return answer;
}

Recognition none_left(const ModelFacts& facts, const domain::Recipe& owner, const std::vector<domain::Candidate>& rejected) {
  Recognition answer;
  std::string near;
  for (const domain::Candidate& one : rejected) {
    if (!owner.family.empty() && one.family != owner.family) continue;
    near += " As " + with_task(one.family, one.task) + ": " + one.because + ".";
    if (is_family(one.family) && answer.candidates.size() < kMostCandidates) answer.candidates.push_back(one);
  }
  if (!owner.family.empty()) {
    std::string chosen = "'" + owner.family + "'" + (owner.task.empty() ? "" : " with the task '" + owner.task + "'");
    answer.error = unavailable("The model's model.toml names the family " + chosen + ", which this file cannot be." + near + " " + seen(facts));
    answer.candidates.clear();
    return answer;
  }
  std::string task = owner.task.empty() ? "" : " for the task '" + owner.task + "'";
  answer.error = Error{std::string(domain::code::model_ambiguous),
                       "The model's file is of no family that is known" + task + ". If you know that it is one of " + family_names() +
                           ", write family = \"...\" into the model's model.toml, with what its file cannot say. " + seen(facts) + near};
  return answer;
}

Recognition refused(Error error) {
  Recognition answer;
  answer.error = std::move(error);
  return answer;
}

Recognition complete_all(const std::vector<Hypothesis>& possible, const SeenFile& file) {
  Recognition answer;
  for (const Hypothesis& one : possible) {
    Result<Recognised> whole = complete(one, file);
    if (!whole && answer.error.message.empty()) answer.error = whole.error();
    if (whole) answer.possible.push_back(std::move(*whole));
  }
  return answer;
}

void add_licence(const domain::Model& owner, Recognised& recognised) {
  if (!owner.licence.empty()) {
    recognised.licence = owner.licence;
    std::erase_if(recognised.evidence, [](const domain::Evidence& one) { return one.about == "licence"; });
    recognised.evidence.push_back({"licence", owner.licence, "as its owner says (model.toml)"});
  }
  if (recognised.licence.find("AGPL") == std::string::npos) return;
  recognised.warnings.push_back("Its licence, " + recognised.licence +
                                ", asks whoever offers it over a network to offer the source code of the whole service, too; "
                                "for other use its authors sell a licence.");
}

Recognition before_probes(const ModelFacts& facts, const domain::Model& owner, const SeenFile& file) {
  Verdicts verdicts = judge(file);
  std::vector<Hypothesis> possible = choose(std::move(verdicts.possible), owner.recipe);
  if (possible.empty()) return none_left(facts, owner.recipe, verdicts.rejected);
  return complete_all(possible, file);
}

Recognition after_probes(const ModelFacts& facts, const domain::Model& owner, const SeenFile& file, std::span<const Probe> probes) {
  Trials trials(with_shapes(file, probes.front()), probes);
  if (!trials.untried().empty()) return {{}, std::move(trials.untried()), {}, {}};
  std::vector<SeenFile> runs;
  for (const Probe& probe : probes) runs.push_back(with_shapes(file, probe)), runs.back().probe = &probe;
  Verdicts verdicts = judge_after(runs, trials);
  std::vector<Hypothesis> possible = choose(std::move(verdicts.possible), owner.recipe);
  if (possible.empty()) return none_left(facts, owner.recipe, verdicts.rejected);
  if (possible.size() > 1) return undecided(facts, possible);
  auto own = std::ranges::find_if(runs, [&](const SeenFile& run) { return trials.judged_by(*run.probe, possible.front().reading.recipe.family); });
  Recognition answer = complete_all(possible, own == runs.end() ? runs.front() : *own);
  for (Recognised& one : answer.possible) add_licence(owner, one);
  return answer;
}

}  // namespace

void make_printable(domain::ModelReport& report) {
  auto lines = [](std::vector<std::string>& all) {
    for (std::string& line : all) line = domain::printable(line, kLongestLine);
  };
  lines(report.inputs);
  lines(report.outputs);
  lines(report.warnings);
  for (domain::Evidence& one : report.evidence) {
    one.value = domain::printable(one.value, kLongestLine);
    one.because = domain::printable(one.because, kLongestLine);
  }
}

void make_printable(std::vector<domain::Candidate>& candidates) {
  for (domain::Candidate& one : candidates) one.because = domain::printable(one.because, kLongestLine);
}

Recognition recognise(const ModelFacts& facts, const domain::Model& owner, std::span<const Probe> probes) {
  if (Result<void> sound = check_owner(facts, owner.recipe); !sound) return refused(sound.error());
  SeenFile file;
  file.metadata = read_metadata(facts.metadata);
  file.owner = owner.recipe;
  file.owner_labels = owner.labels;
  file.outputs = file.declared = facts.outputs;
  if (Result<void> taken = take_inputs(facts, file); !taken) return refused(taken.error());
  take_said_sizes(file);
  return probes.empty() ? before_probes(facts, owner, file) : after_probes(facts, owner, file, probes);
}

}  // namespace darkroom::inference
