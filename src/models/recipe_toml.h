// The fields of a recipe as TOML, by the names of domain::for_each_field: numbers and words as they are, mean and deviation as three numbers, outputs
// as a table.
#pragma once

#include "domain/recipe.h"

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::models {

bool is_recipe_field(std::string_view key);
// "family, task, ...": for messages.
std::string recipe_fields();

// Sets the field. Returns what is wrong with the value, as a sentence that names the field and what is allowed; none: it was taken.
std::optional<std::string> set_field(domain::Recipe& recipe, std::string_view key, const toml::node& value);

// The fields that are set.
toml::table to_toml(const domain::Recipe& recipe);

}  // namespace darkroom::models
