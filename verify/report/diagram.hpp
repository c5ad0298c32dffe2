// A failing execution as a picture: one column a thread, time downwards, what was read from whom.
#pragma once

#include <string>

#include "../runner/result.hpp"

namespace logbuf::verify {

// A self-contained SVG element. Solid arrows synchronise, dashed ones are read without; red joins what has no
// happens-before edge.
std::string as_svg(const result& r);
// How its classes look, where --bad, --edge and --line are colours.
extern const char* const diagram_style;
// The same as a file of its own, with its colours.
std::string as_figure(const result& r);

std::string escaped(const std::string& text);  // for XML

}  // namespace logbuf::verify
