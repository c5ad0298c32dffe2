// Which steps had which results, over all programs of a run: a property that never reached a state says nothing about it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "program.hpp"

namespace logbuf::test {

class survey {
 public:
  void note(const step& s, const std::string& answer) {
    std::ostringstream name;
    name << s;
    ++seen_[name.str().substr(0, name.str().find(' ')) + ": " + kind_of(answer)];
  }

  // Of the results that such a ring can have: those that did not happen.
  std::set<std::string> missing(bool shared, bool channel) const {
    std::set<std::string> never;
    for (const char* one : {"write: claimed", "write: full", "write: too_large", "claim: claimed", "claim: full", "claim: too_large",
                            "commit: true", "shorten: true", "commit_too_much: false", "abort: aborted", "throw_in_write: thrown",
                            "throw_in_write: full", "flush: true", "flush: false", "move_producer: detached",
                            "drop_producer: dropped", "read: record", "read: empty", "open_read: record", "open_read: empty",
                            "write_batch: none", "write_batch: one", "write_batch: several", "write_batch: full",
                            "write_batch: too_large", "write_batch_more: none", "write_batch_more: several",
                            "write_batch_more: full", "drop_batch: none", "drop_batch: full",
                            "end_read: ended", "keep_read: ended", "drain: records", "drain: thrown", "release: released",
                            "drop_consumer: dropped"})
      never.insert(one);
    if (channel)
      for (const char* one : {"write: disconnected", "read: closed", "read: disconnected", "read: abandoned", "drain: timeout",
                              "drain: closed", "drain: disconnected", "drain: abandoned", "send_soon: claimed",
                              "send_soon: timeout", "send_soon: too_large", "send_batch_soon: several",
                              "send_batch_soon: timeout", "send_batch_soon: too_large", "write_batch: disconnected",
                              "receive_soon: record", "receive_soon: timeout", "close: closed", "arm: armed", "arm: not", "move_consumer: detached"})
        never.insert(one);
    else
      for (const char* one : {"gather: claimed", "gather: full", "gather: too_large", "drain: 0", "open_batch: opened",
                              "next_in_batch: record", "next_in_batch: empty", "keep_in_batch: kept",
                              "release_in_batch: released", "end_batch: ended", "move_consumer: empty"})
        never.insert(one);
    if (shared) never.insert("copy_producer: copied");
    for (const auto& [one, times] : seen_) never.erase(one);
    return never;
  }

  const std::map<std::string, std::uint64_t>& seen() const { return seen_; }

 private:
  static std::string kind_of(const std::string& answer) {
    if (answer.starts_with("at ")) return "record";
    if (answer.starts_with("tag ")) return answer.ends_with("thrown") ? "thrown" : "records";
    return answer.substr(0, answer.find(' '));
  }

  std::map<std::string, std::uint64_t> seen_;
};

}  // namespace logbuf::test
