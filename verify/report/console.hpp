// What people see: tables that fold where the terminal is narrow, and one line of progress.
#pragma once

#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <vector>

namespace logbuf::verify {

// Characters in a line of the terminal behind the stream; 0 if it is none (a file, a pipe), which is as wide as it needs to be.
std::size_t terminal_width(std::FILE* stream);

// For texts: the terminal's, and 120 where there is none.
std::size_t text_width();

// A text in lines of `width` characters, broken between words; 0: in one line. The first line has `used` characters already,
// the later ones are indented.
std::string fold(const std::string& text, std::size_t width, std::size_t indent = 0, std::size_t used = 0);

// The same for each line of a text.
std::string fold_lines(const std::string& text, std::size_t width, std::size_t indent);

// A table with columns of fixed width. Where the terminal is narrower, each row goes on in further lines, which are indented.
class text_table {
 public:
  enum class align : unsigned char { left, right };
  struct column {
    const char* title;
    std::size_t width;  // at least; the last column has what is left of its line, and the lines below
    align side = align::left;
  };
  explicit text_table(std::vector<column> columns, std::size_t width = terminal_width(stdout));

  std::string header() const;  // the titles, and a rule below them
  std::string row(const std::vector<std::string>& cells) const;

 private:
  std::vector<column> columns_;
  std::vector<std::size_t> starts_line_;  // the columns with which a line begins
  std::size_t width_;
};

// One line that is overwritten, on a terminal; else a line now and then. On standard error.
class progress_line {
 public:
  explicit progress_line(bool on) : on_(on), width_(terminal_width(stderr)) {}
  void show(const std::string& text);
  void clear();

 private:
  bool on_;
  std::size_t width_;
  unsigned calls_ = 0;
};

// Says on standard error what could not be written.
bool write_file(const std::string& path, const std::string& text);

}  // namespace logbuf::verify
