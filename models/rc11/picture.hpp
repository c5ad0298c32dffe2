// An execution graph for people: as text, and as Graphviz DOT with program order, reads-from and modification order.
#pragma once

#include <string>

#include "graph.hpp"

namespace logbuf::models::rc11 {

namespace detail {

inline const char* order_text(std::memory_order o) {
  switch (o) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_consume: return "consume";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    case std::memory_order_seq_cst: return "seq_cst";
  }
  return "?";
}
inline std::string name_of(event_id e) {
  return e == initial ? "initial" : std::to_string(e.thread()) + "." + std::to_string(e.number());
}

}  // namespace detail

inline std::string to_text(const event& e) {
  const std::string where = " @" + std::to_string(e.what.where), order = std::string(" ") + detail::order_text(e.what.order);
  switch (e.is) {
    case kind::read:
      return std::string(e.what.name) + ": read" + where + " = " + std::to_string(e.value) + " " + detail::order_text(e.read_order()) +
             (e.spurious ? ", fails spuriously" : e.exclusive ? ", exclusive" : "");
    case kind::write:
      return std::string(e.what.name) + ": write" + where + " = " + std::to_string(e.value) + (e.is_plain() ? " plain" : order);
    case kind::fence:
      return std::string(e.what.name) + (e.what.fence == fence_kind::heavy ? ": heavy fence" : e.what.fence == fence_kind::light ? ": light fence" : ": fence") + order;
    case kind::choice: return "choice " + std::to_string(e.value);
  }
  return "?";
}

// The threads one after the other; each read with its source; then the modification orders.
inline std::string to_text(const graph& g) {
  std::string text;
  for (unsigned t = 0; t != thread_limit; ++t)
    for (unsigned n = 1; n <= g.size(t); ++n) {
      const event& e = g.at(t, n);
      text += detail::name_of(event_id(t, n)) + "  " + to_text(e);
      if (e.is_read()) text += ", from " + detail::name_of(e.source);
      text += "\n";
    }
  for (std::size_t l = 0; l != g.location_count(); ++l) {
    const auto& writes = g.of(static_cast<location>(l)).writes;
    if (writes.size() < 2) continue;
    text += "@" + std::to_string(l) + ":";
    for (const event_id w : writes) text += " " + detail::name_of(w);
    text += "\n";
  }
  return text;
}

inline std::string to_dot(const graph& g) {
  std::string dot = "digraph execution {\n  node [shape=box, fontname=monospace];\n";
  const auto node = [](event_id e) { return "e" + std::to_string(e.thread()) + "_" + std::to_string(e.number()); };
  const auto quoted = [](std::string text) {
    for (std::size_t i = 0; (i = text.find_first_of("\"\\", i)) != std::string::npos; i += 2) text.insert(i, "\\");
    return '"' + text + '"';
  };
  for (unsigned t = 0; t != thread_limit; ++t) {
    if (g.size(t) == 0) continue;
    dot += "  subgraph cluster_" + std::to_string(t) + " {\n    label=\"thread " + std::to_string(t) + "\";\n";
    for (unsigned n = 1; n <= g.size(t); ++n) {
      dot += "    " + node({t, n}) + " [label=" + quoted(to_text(g.at(t, n))) + "];\n";
      if (n != 1) dot += "    " + node({t, n - 1}) + " -> " + node({t, n}) + ";\n";
    }
    dot += "  }\n";
  }
  for (unsigned t = 0; t != thread_limit; ++t)
    for (unsigned n = 1; n <= g.size(t); ++n)
      if (const event& e = g.at(t, n); e.is_read() && e.source != initial)
        dot += "  " + node(e.source) + " -> " + node({t, n}) + " [color=green, label=rf, constraint=false];\n";
  for (std::size_t l = 0; l != g.location_count(); ++l) {
    const auto& writes = g.of(static_cast<location>(l)).writes;
    for (std::size_t i = 2; i < writes.size(); ++i)
      dot += "  " + node(writes[i - 1]) + " -> " + node(writes[i]) + " [color=blue, label=mo, style=dashed, constraint=false];\n";
  }
  return dot + "}\n";
}

}  // namespace logbuf::models::rc11
