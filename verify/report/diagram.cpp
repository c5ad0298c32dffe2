#include "diagram.hpp"

#include <algorithm>
#include <vector>

namespace logbuf::verify {

namespace {

constexpr int row = 20, column = 490, top = 34, left = 34, longest = 70;
constexpr std::size_t widest = 66;  // characters of a step

int x_of(unsigned thread) { return left + static_cast<int>(thread) * column; }
int y_of(int line) { return top + line * row + row / 2; }

std::string text_at(int x, int y, const std::string& kind, const std::string& text) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y + 4) + "\" class=\"" + kind + "\">" + escaped(text) + "</text>\n";
}

// From the right of one column to the left of another, or the other way round.
std::string arrow(const history_step& from, int from_line, const history_step& to, int to_line, const std::string& kind) {
  const bool rightwards = from.thread < to.thread;
  const int x1 = rightwards ? x_of(from.thread) + column - 42 : x_of(from.thread) - 6;
  const int x2 = rightwards ? x_of(to.thread) - 6 : x_of(to.thread) + column - 42;
  const int reach = kind == "missing" ? 60 : 24;
  const int bend = rightwards ? reach : -reach;
  return "<path marker-end=\"url(#" + kind + ")\" class=\"" + kind + "\" d=\"M" + std::to_string(x1) + " " + std::to_string(y_of(from_line)) + " C" +
         std::to_string(x1 + bend) + " " + std::to_string(y_of(from_line)) + " " + std::to_string(x2 - bend) + " " +
         std::to_string(y_of(to_line)) + " " + std::to_string(x2) + " " + std::to_string(y_of(to_line)) + "\"/>\n";
}

std::string label(const history_step& s) {
  std::string text = s.site.empty() ? "" : s.site + " ";
  if (!s.order.empty()) text += "[" + s.order + "] ";
  text += s.operation;
  if (!s.value.empty()) text += " " + s.value;
  return text.size() <= widest ? text : text.substr(0, widest - 3) + "...";
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string as_svg(const result& r) {
  if (r.steps.empty()) return "";
  // The end is what matters of a long execution.
  const int size = static_cast<int>(r.steps.size());
  const int first = std::max(0, size - longest);
  unsigned threads = 1;
  for (const history_step& s : r.steps) threads = std::max(threads, s.thread + 1);
  const int width = left + static_cast<int>(threads) * column, height = top + (size - first) * row + 8;
  std::string svg = "<svg viewBox=\"0 0 " + std::to_string(width) + " " + std::to_string(height) + "\" width=\"" +
                    std::to_string(width) + "\" role=\"img\" aria-label=\"" + escaped(r.failure) + "\">\n";
  for (const char* kind : {"sw", "rf", "missing"})
    svg += std::string("<marker id=\"") + kind + "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
           "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head " + kind + "\" d=\"M0 0L8 4L0 8z\"/></marker>\n";
  for (unsigned t = 0; t != threads; ++t) {
    const std::string name = t + 1 == threads ? "consumer" : "producer " + std::to_string(t);
    svg += text_at(x_of(t), 14, "who", name);
    svg += "<line class=\"life\" x1=\"" + std::to_string(x_of(t) - 10) + "\" y1=\"24\" x2=\"" + std::to_string(x_of(t) - 10) + "\" y2=\"" +
           std::to_string(height) + "\"/>\n";
  }
  for (int i = first; i != size; ++i) {
    const history_step& s = r.steps[static_cast<std::size_t>(i)];
    const bool raced = i == r.raced_first || i == r.raced_second;
    svg += text_at(0, y_of(i - first), "number", std::to_string(i));
    svg += text_at(x_of(s.thread), y_of(i - first), raced ? "step raced" : s.site.empty() ? "step plain" : "step", label(s));
    if (s.source >= first)
      svg += arrow(r.steps[static_cast<std::size_t>(s.source)], s.source - first, s, i - first, s.synchronises ? "sw" : "rf");
  }
  if (r.raced_first >= first && r.raced_second >= first)
    svg += arrow(r.steps[static_cast<std::size_t>(r.raced_first)], r.raced_first - first,
                 r.steps[static_cast<std::size_t>(r.raced_second)], r.raced_second - first, "missing");
  return svg + "</svg>\n";
}

const char* const diagram_style = R"(.who { font-weight: 700; font-size: 13px; } .number { opacity: .6; } .plain { opacity: .75; font-style: italic; }
.raced { fill: var(--bad); font-weight: 700; } .life { stroke: var(--line); }
path { fill: none; stroke-width: 1.5; } .sw { stroke: var(--edge); } .rf { stroke: var(--edge); stroke-dasharray: 4 3; opacity: .8; }
.head { stroke: none; opacity: 1; fill: var(--edge); } .head.missing { fill: var(--bad); }
.missing { stroke: var(--bad); stroke-width: 2.5; stroke-dasharray: 7 4; }
)";

std::string as_figure(const result& r) {
  static const std::string style =
      "<style>svg { font: 11px ui-monospace, monospace; fill: #222; --line: #8888; --bad: #c62828; --edge: #1565c0; }\n"
      "@media (prefers-color-scheme: dark) { svg { fill: #ddd; --bad: #ff6b6b; --edge: #6cb6ff; } }\n" +
      std::string(diagram_style) + "</style>\n";
  std::string svg = as_svg(r);
  if (svg.empty()) return svg;
  svg.insert(std::string("<svg").size(), " xmlns=\"http://www.w3.org/2000/svg\"");
  return svg.insert(svg.find('\n') + 1, style);
}

}  // namespace logbuf::verify
