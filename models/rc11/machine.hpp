// Runs a program once along each graph of the explorer: the setup, the threads along the events that there are, and then, the
// leftmost thread first that can go on, each operation that they come to, with the explorer's first alternative.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decisions.hpp"
#include "execution.hpp"
#include "explorer.hpp"

namespace logbuf::models::rc11 {

// All that a program changes is in its object, in what it allocates, and in these pieces of memory; and its threads share
// nothing but atomic and plain objects. Then an execution goes on from where it parts from an earlier one, and not from the
// start; and a read that would make its thread wait is foreseen.
struct self_contained {
  using piece = std::function<std::span<std::byte>()>;  // as large as it is when it is asked for
  std::vector<piece> pieces{};
};

class machine : public execution {
 public:
  struct program {
    unsigned threads;
    void (*create)();  // and what comes before the threads
    void (*thread)(unsigned);
    void (*after)();   // and the end of the program
    std::span<std::byte> memory;
  };

  // `contained` is asked during the exploration; null: the program is not.
  void start(const program& p, unsigned spurious_failures, const self_contained* contained) {
    program_ = p;
    thread_count_ = p.threads;
    contained_ = contained;
    is_contained_ = contained != nullptr;
    histories_.clear();
    explorer_.start(p.threads, spurious_failures, contained != nullptr ? &histories_ : nullptr);
    is_first_ = true;
    follows_ = false;
    snapshots_ = runs_ = 0;
  }
  // From here on the next run makes these decisions, and no other; a text that does not fit fails.
  void follow(const std::string& text) {
    is_contained_ = false;
    follows_ = true;
    followed_ = parse_decisions(text);
  }
  void restart_along(const std::string& decisions) {
    explorer_.start(program_.threads, ~0u);
    is_first_ = true;
    follow(decisions);
  }
  explorer& exploration() { return explorer_; }
  const explorer& exploration() const { return explorer_; }

  // Runs the program once along the graph, and on to an end.
  ending run() {
    has_failed_in_thread_ = false;
    ending_ = ending::running;
    graph_ = &explorer_.current();
    goes_on_ = false;
    if (!go_back()) {
      if (!begin()) return ending_;
      replay();
      if (follows_) follow_decisions();
    }
    goes_on_ = true;
    for (unsigned t = 0; t != program_.threads && ending_ == ending::running;)
      if (threads_[t].may_go_on()) go_on(t);
      else ++t;
    if (ending_ != ending::running) return ending_;
    for (unsigned t = 0; t != program_.threads; ++t)
      if (threads_[t].at.is != state::finished) return judge_waiting();
    return finish();
  }

  // Those of the execution at hand, as text.
  std::string decisions() const { return to_text(decisions_of(events(), {ran_.begin(), ran_.begin() + static_cast<std::ptrdiff_t>(ran_size_)})); }
  // Of a thread that has failed: only those that led to it, and to the access that it races with.
  std::string decisions_of_failure() const {
    if (!has_failed_in_thread_) return {};
    const graph& g = events();
    clock past = threads_[running_].at.done != 0 ? g.at(running_, threads_[running_].at.done).causes : clock{};
    if (failure_kind == "data race") {
      const unsigned n = std::min(raced_when_, threads_[raced_thread_].at.done);
      if (n != 0) past.join(g.at(raced_thread_, n).causes);
    }
    std::vector<event_id> led;
    for (std::size_t i = 0; i != ran_size_; ++i)
      if (past.has(ran_[i])) led.push_back(ran_[i]);
    return led.size() == ran_size_ ? std::string{} : to_text(decisions_of(g, led));
  }

 private:
  static void body_of_setup();
  static void body_of_after();
  static void body_of_thread();

  // From the start, up to where the threads begin.
  bool begin() {
    if (is_contained_ && !is_first_ && runs_ % 128 != 0) {
      begun_.put_back();
      phase_ = phase::threads;
      return true;
    }
    program_memory.reset();
    ran_size_ = 0;
    phase_ = phase::setup;
    places_.clear();
    on_main(&body_of_setup);
    if (ending_ != ending::running || !setup_is_the_same()) return false;
    for (unsigned t = 0; t != program_.threads; ++t) threads_[t].begin(&body_of_thread, t);
    places_.begin_threads();
    phase_ = phase::threads;
    if (is_contained_) save(begun_);
    return true;
  }
  bool setup_is_the_same() {
    graph& g = events();
    for (std::size_t l = 0; l != places_.size(); ++l) {
      auto& of = g.of(static_cast<location>(l));
      if (!is_first_ && of.initial_value != places_[static_cast<location>(l)].direct) return not_the_same();
      of.initial_value = places_[static_cast<location>(l)].direct;
    }
    if (!is_first_ && of_setup_ != places_.size()) return not_the_same();
    of_setup_ = places_.size();
    is_first_ = false;
    return true;
  }
  bool not_the_same() { return fail_outside("nondeterminism", "the program is not deterministic: its initial values differ from before"); }
  bool fail_outside(const char* kind, const char* text) {
    failure_kind = kind;
    failure = text;
    ending_ = ending::failed;
    return false;
  }

  void replay() {
    for (bool more = true; more && ending_ == ending::running;) {
      more = false;
      for (unsigned t = 0; t != program_.threads && ending_ == ending::running; ++t) {
        thread_state& it = threads_[t];
        if (it.at.done == events().size(t)) continue;
        if (it.at.is == state::waits_for_source && !has_run(events().at(t, it.at.done + 1).source)) {
          more = true;
          continue;
        }
        const unsigned before = it.at.done;
        resume(t);
        if (ending_ != ending::running) return;
        if (!it.may_go_on() && it.at.done != events().size(t)) {
          fail_outside("nondeterminism", "the program is not deterministic: a thread ends earlier than it did before");
          return;
        }
        more |= it.at.done != before || it.at.done != events().size(t);
      }
    }
  }

  // Up to where the thread stops, or could take another way.
  void go_on(unsigned t) {
    resume(t);
    if (threads_[t].at.is == state::branches) save(branches_at_);
  }
  extension extend(const operation& asked) override {
    operation what = asked;
    branches_at_ = explorer_.here();
    if (is_contained_) what.history = foreseen(what);
    switch (explorer_.extend(running_, what)) {
      case explorer::step::restart: return extension::another_graph;
      case explorer::step::dead: return extension::none;
      case explorer::step::extended: break;
    }
    return is_contained_ && explorer_.has_alternative_at(branches_at_) ? extension::made_of_several : extension::made;
  }
  // Where the thread that runs is. Unknown if its read could fail, whatever comes behind it: of what nobody has written, or
  // beside a plain write.
  histories::node foreseen(const operation& what) const {
    if (what.what != op::load && what.what != op::compare_exchange) return histories::unknown;
    const place& p = places_[what.where];
    if (!p.is_initialised) return histories::unknown;
    const histories::node at = threads_[running_].at.history;
    if (!p.accesses.has_plain_writes_of_others(running_)) return at;
    return p.accesses.are_plain_writes_before(running_, events().point_of_next(running_)) ? at : histories::unknown;
  }

  void follow_decisions() {
    std::size_t at = 0;
    while (ending_ == ending::running && at != followed_.size()) {
      const unsigned t = followed_[at].thread;
      if (t >= program_.threads || !threads_[t].may_go_on()) break;
      if (threads_[t].at.is == state::at_end_of_graph && !follow_one(events(), t, threads_[t].at.next, followed_[at++])) {
        --at;
        break;
      }
      resume(t);
    }
    if (ending_ == ending::running && at != followed_.size()) fail_outside("replay", "the program has changed: it no longer follows this path");
    // The thread that decided last goes on first: if it is one that fails, nothing else is in the way.
    if (ending_ != ending::running || followed_.empty()) return;
    goes_on_ = true;
    const unsigned last = followed_.back().thread;
    if (threads_[last].may_go_on()) resume(last);
  }

  // Some threads wait, and nobody is left to change what they wait for.
  ending judge_waiting() {
    const graph& g = events();
    const auto is_newest = [&](const event& e) { return g.place_of(e.source) + 1 == g.of(e.what.where).writes.size(); };
    for (unsigned t = 0; t != program_.threads; ++t) {
      if (threads_[t].at.is == state::finished) continue;
      if (threads_[t].at.how != wait::for_ever || !all_that_is_waited_for(t, is_newest)) return ending_ = ending::blocked;
    }
    fail_outside("deadlock", "every remaining thread waits and has read the newest value: no thread will wake it");
    return ending_;
  }
  ending finish() {
    const graph& g = events();
    for (std::size_t l = 0; l != std::min(places_.size(), g.location_count()); ++l) {
      const auto where = static_cast<location>(l);
      places_[where].direct = g.value_of(g.of(where).writes.back(), where);
    }
    phase_ = phase::after;
    on_main(&body_of_after);
    if (ending_ != ending::running) return ending_;
    phase_ = phase::none;
    return ending_ = ending::complete;
  }

  // ---- where executions part: all that a program has changed, as it was when the explorer chose

  struct snapshot {
    explorer::point at;
    image memory;
  };

  void save(explorer::point at) {
    for (unsigned t = 0; t != program_.threads; ++t)
      if (threads_[t].may_go_on() && threads_[t].stack.has_exceptions()) return;
    if (snapshots_ == saved_.size()) saved_.push_back(std::make_unique<snapshot>());
    snapshot& s = *saved_[snapshots_++];
    s.at = at;
    save(s.memory);
  }
  void save(image& to) {
    to.clear();
    to.add(program_.memory.data(), program_.memory.size());
    program_memory.save(to);
    places_.save(to);
    to.add(&ran_size_, sizeof ran_size_);
    to.add(ran_.data(), ran_size_ * sizeof ran_[0]);
    for (unsigned t = 0; t != program_.threads; ++t) {
      to.add(&threads_[t].at, sizeof threads_[t].at);
      if (threads_[t].may_go_on()) threads_[t].stack.save(to);
    }
    for (const self_contained::piece& piece : contained_->pieces) {
      const auto bytes = piece();
      to.add(bytes.data(), bytes.size());
    }
  }
  // To where the execution parts from the one before; false: it has to start anew. Now and then it does all the same, so
  // that a program that is not deterministic, or not contained in itself, is found out.
  bool go_back() {
    const auto at = explorer_.branched_at();
    ++runs_;
    if (!at) {
      const explorer::point here{explorer_.here().depth, 0};
      while (snapshots_ != 0 && saved_[snapshots_ - 1]->at >= here) --snapshots_;
      return false;
    }
    while (snapshots_ != 0 && saved_[snapshots_ - 1]->at > *at) --snapshots_;
    if (runs_ % 128 == 0 || snapshots_ == 0 || saved_[snapshots_ - 1]->at != *at) return false;
    saved_[snapshots_ - 1]->memory.put_back();
    phase_ = phase::threads;
    return true;
  }

  program program_{};
  const self_contained* contained_ = nullptr;
  explorer explorer_;
  explorer::point branches_at_;
  bool is_first_ = true;
  std::size_t of_setup_ = 0;  // locations
  image begun_;  // where the threads begin
  std::vector<std::unique_ptr<snapshot>> saved_;  // of which the first are in use, the furthest point last
  std::size_t snapshots_ = 0;
  std::uint64_t runs_ = 0;
  bool follows_ = false;
  std::vector<decision> followed_;
};

// One at a time in a process.
inline machine the_machine;

inline void machine::body_of_setup() {
  the_machine.program_.create();
  the_machine.main_.suspend();
}
inline void machine::body_of_after() {
  the_machine.program_.after();
  the_machine.main_.suspend();
}
inline void machine::body_of_thread() {
  const unsigned t = the_machine.running_;
  the_machine.program_.thread(t);
  the_machine.suspend(state::finished);
}

}  // namespace logbuf::models::rc11
