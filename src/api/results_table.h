// Results as a table for a spreadsheet: CSV as RFC 4180 has it, in UTF-8 with a byte order mark, by which Excel knows that Korean is Korean.
#pragma once

#include "store/records.h"

#include <string>
#include <string_view>

namespace darkroom::api {

// A cell of text: quoted where it must be. One that a spreadsheet would take for a formula gets an apostrophe in front, so that a title that somebody sent runs
// nothing on the machine of who opens the table.
std::string csv_text(std::string_view text);

// The byte order mark and the names of the columns.
std::string results_head();

// A row for each thing found in the image's newest result (object, class, region); one with empty cells when nothing was found or there is no result.
std::string results_rows(const store::ImageRecord& image);

}  // namespace darkroom::api
