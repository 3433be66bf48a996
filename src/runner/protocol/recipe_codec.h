// A recipe as JSON, by the one table of its fields (domain::for_each_field): every field is there, one that is not set is null.
#pragma once

#include "domain/recipe.h"
#include "runner/protocol/field_reader.h"

namespace darkroom::runner {

boost::json::object to_json(const domain::Recipe& recipe);

// Strict, as FieldReader is; what is wrong is kept by `outer`.
domain::Recipe read_recipe(FieldReader fields, FieldReader& outer);

}  // namespace darkroom::runner
