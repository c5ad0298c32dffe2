#include "console.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace logbuf::verify {

namespace {

constexpr std::size_t indent = 4;  // of the lines in which a row goes on
constexpr std::size_t gap = 2;     // between columns

std::string padded(const std::string& text, std::size_t width, text_table::align side) {
  std::string cell = text;
  cell.insert(side == text_table::align::right ? 0 : cell.size(), width - std::min(width, cell.size()), ' ');
  return cell;
}

std::string without_trailing_spaces(const std::string& line) { return line.substr(0, line.find_last_not_of(' ') + 1); }

}  // namespace

std::size_t terminal_width(std::FILE* stream) {
  const int descriptor = ::fileno(stream);
  if (::isatty(descriptor) == 0) return 0;
  ::winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return std::max<std::size_t>(size.ws_col, 40);
}

std::size_t text_width() {
  const std::size_t width = terminal_width(stdout);
  return width != 0 ? width : 120;
}

std::string fold(const std::string& text, std::size_t width, std::size_t further, std::size_t used) {
  if (width == 0) return text;
  std::string folded;
  bool begins = true;  // nothing of the text stands in this line yet
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (used + !begins + (end - at) > width && used > further) {
      folded += '\n';
      folded.append(further, ' ');
      used = further;
      begins = true;
    }
    if (!begins) folded += ' ';
    folded.append(text, at, end - at);
    used += !begins + (end - at);
    begins = false;
    at = end + 1;
  }
  return folded;
}

std::string fold_lines(const std::string& text, std::size_t width, std::size_t further) {
  std::string folded;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    folded += fold(text.substr(at, end - at), width, further);
    if (end != text.size()) folded += '\n';
    at = end + 1;
  }
  return folded;
}

text_table::text_table(std::vector<column> columns, std::size_t width) : columns_(std::move(columns)), width_(width) {
  std::size_t used = 0;
  for (std::size_t i = 0; i != columns_.size(); ++i) {
    if (i != 0 && (width_ == 0 || used + gap + columns_[i].width <= width_)) {
      used += gap + columns_[i].width;
      continue;
    }
    starts_line_.push_back(i);
    used = (i == 0 ? 0 : indent) + columns_[i].width;
  }
}

std::string text_table::header() const {
  std::vector<std::string> titles;
  std::size_t longest = 0, total = 0;
  for (const column& c : columns_) titles.emplace_back(c.title), total += c.width + gap;
  longest = width_ == 0 ? total - gap : std::min(total - gap, width_);
  std::string text = row(titles);
  text.append(longest, '-');
  return text += '\n';
}

std::string text_table::row(const std::vector<std::string>& cells) const {
  std::string text, line;
  for (std::size_t i = 0; i != columns_.size(); ++i) {
    if (std::find(starts_line_.begin(), starts_line_.end(), i) == starts_line_.end()) {
      line.append(gap, ' ');
    } else if (i != 0) {
      text += without_trailing_spaces(line) += '\n';
      line.assign(indent, ' ');
    }
    const bool is_last = i + 1 == columns_.size();
    line += is_last ? fold(cells[i], width_, indent, line.size()) : padded(cells[i], columns_[i].width, columns_[i].side);
  }
  text += without_trailing_spaces(line);
  return text += '\n';
}

void progress_line::show(const std::string& text) {
  if (!on_) return;
  // A line that is wrapped can not be taken back: it is cut instead, and stays off the last column, where some terminals wrap.
  if (width_ != 0) std::fprintf(stderr, "\r\033[K%s", text.substr(0, width_ - 1).c_str()), std::fflush(stderr);
  else if (++calls_ % 64 == 0) std::fprintf(stderr, "... %s\n", text.c_str());
}

void progress_line::clear() {
  if (on_ && width_ != 0) std::fprintf(stderr, "\r\033[K"), std::fflush(stderr);
}

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  out.close();
  if (!out) std::fprintf(stderr, "logbuf-verify: cannot write %s\n", path.c_str());
  return static_cast<bool>(out);
}

}  // namespace logbuf::verify
