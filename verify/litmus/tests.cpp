// The corpus. Names of the shapes are the usual ones: MP (message passing), SB (store buffering), LB (load buffering),
// IRIW (independent reads of independent writes), 2+2W, S, R, Co.. (coherence), RS (release sequence).
#include "litmus.hpp"

namespace logbuf::verify {

namespace {

using kind = step_of_litmus::kind;
using enum variable;
constexpr auto rlx = std::memory_order_relaxed;
constexpr auto acq = std::memory_order_acquire;
constexpr auto rel = std::memory_order_release;
constexpr auto ar = std::memory_order_acq_rel;
constexpr auto sc = std::memory_order_seq_cst;

constexpr step_of_litmus ld(variable v, std::memory_order o = rlx) { return {kind::load, v, 0, o}; }
constexpr step_of_litmus st(variable v, unsigned n, std::memory_order o = rlx) { return {kind::store, v, n, o}; }
constexpr step_of_litmus xchg(variable v, unsigned n, std::memory_order o = rlx) { return {kind::exchange, v, n, o}; }
constexpr step_of_litmus add(variable v, unsigned n, std::memory_order o = rlx) { return {kind::add, v, n, o}; }
constexpr step_of_litmus cas(variable v, unsigned from, unsigned to, std::memory_order o = rlx, std::memory_order f = rlx) {
  return {kind::compare_exchange, v, to, o, from, f};
}
constexpr step_of_litmus get(variable v) { return {kind::plain_load, v}; }
constexpr step_of_litmus put(variable v, unsigned n) { return {kind::plain_store, v, n}; }
constexpr step_of_litmus fence(std::memory_order o) { return {kind::fence, x, 0, o}; }
constexpr step_of_litmus heavy() { return {kind::heavy_fence, x, 0, sc}; }
constexpr step_of_litmus light() { return {kind::light_fence, x, 0, sc}; }
constexpr step_of_litmus sleep(variable v, unsigned n) { return {kind::sleep, v, 0, rlx, n}; }
constexpr step_of_litmus sleep_for(variable v, unsigned n) { return {kind::sleep_for, v, 0, rlx, n}; }
constexpr step_of_litmus wake(variable v) { return {kind::wake, v}; }
constexpr step_of_litmus await(variable v, unsigned n, std::memory_order o = rlx) { return {kind::await, v, n, o}; }
constexpr step_of_litmus when(int last, step_of_litmus s) {
  s.condition = last;
  return s;
}

std::vector<litmus> tests() {
  const std::vector<std::string> all_of_two{"00", "01", "11"};
  return {
      // Message passing: is the message there when the flag is?
      {"MP+rel+acq", "a release store and an acquire load", {{st(x, 1), st(y, 1, rel)}, {ld(y, acq), ld(x)}}, all_of_two, {"10"}},
      {"MP+rlx+rlx", "no ordering at all", {{st(x, 1), st(y, 1)}, {ld(y), ld(x)}}, {"00", "01", "11", "10"}},
      {"MP+rel+rlx", "a release store alone", {{st(x, 1), st(y, 1, rel)}, {ld(y), ld(x)}}, {"10", "11"}},
      {"MP+rlx+acq", "an acquire load alone", {{st(x, 1), st(y, 1)}, {ld(y, acq), ld(x)}}, {"10", "11"}},
      {"MP+fences", "release and acquire fences", {{st(x, 1), fence(rel), st(y, 1)}, {ld(y), fence(acq), ld(x)}}, all_of_two, {"10"}},
      {"MP+fence.rel+acq", "a release fence and an acquire load", {{st(x, 1), fence(rel), st(y, 1)}, {ld(y, acq), ld(x)}}, all_of_two, {"10"}},
      {"MP+rel+fence.acq", "a release store and an acquire fence", {{st(x, 1), st(y, 1, rel)}, {ld(y), fence(acq), ld(x)}}, all_of_two, {"10"}},
      {"MP+fence.rel+rlx", "a release fence alone", {{st(x, 1), fence(rel), st(y, 1)}, {ld(y), ld(x)}}, {"10"}},
      {"MP+rlx+fence.acq", "an acquire fence alone", {{st(x, 1), st(y, 1)}, {ld(y), fence(acq), ld(x)}}, {"10"}},
      {"MP+fence.rel.late", "a release fence after the flag", {{st(x, 1), st(y, 1), fence(rel)}, {ld(y), fence(acq), ld(x)}}, {"10"}},
      {"MP+add+acq", "the flag is set by an addition", {{st(x, 1), add(y, 1, rel)}, {ld(y, acq), ld(x)}}, {"000", "001", "011"}, {"*10"}},
      {"MP+light+heavy", "a light and a heavy fence in place of release and acquire", {{st(x, 1), light(), st(y, 1)}, {ld(y), heavy(), ld(x)}}, {"00", "11"}, {"10"}},
      {"MP+light+light", "light fences order nothing by themselves", {{st(x, 1), light(), st(y, 1)}, {ld(y), light(), ld(x)}}, {"10"}},
      {"MP+light+acq", "a light fence is not a release fence", {{st(x, 1), light(), st(y, 1)}, {ld(y, acq), ld(x)}}, {"10"}},
      {"MP+rel+light", "a light fence is not an acquire fence", {{st(x, 1), st(y, 1, rel)}, {ld(y), light(), ld(x)}}, {"10"}},
      {"MP+heavy+acq", "a heavy fence is a release fence", {{st(x, 1), heavy(), st(y, 1)}, {ld(y, acq), ld(x)}}, all_of_two, {"10"}},
      {"MP+rel+heavy", "a heavy fence is an acquire fence", {{st(x, 1), st(y, 1, rel)}, {ld(y), heavy(), ld(x)}}, all_of_two, {"10"}},
      {"MP+stale", "a load can see every older store, not only the one before the newest",
       {{st(x, 1), st(x, 2), st(x, 3), st(x, 4), st(y, 1)}, {ld(y), ld(x)}}, {"10", "11", "12", "13", "14", "04"}},

      // Store buffering: can both miss the other's store?
      {"SB+rlx", "relaxed accesses: both can miss the other's store", {{st(x, 1), ld(y)}, {st(y, 1), ld(x)}}, {"00", "01", "10", "11"}},
      {"SB+rel+acq", "release stores and acquire loads: both can still miss the other's store", {{st(x, 1, rel), ld(y, acq)}, {st(y, 1, rel), ld(x, acq)}}, {"00"}},
      {"SB+sc", "sequentially consistent accesses: one of the two sees the other's store", {{st(x, 1, sc), ld(y, sc)}, {st(y, 1, sc), ld(x, sc)}}, {"01", "10", "11"}, {"00"}},
      {"SB+fences.sc", "two sequentially consistent fences: one of the two sees the other's store", {{st(x, 1), fence(sc), ld(y)}, {st(y, 1), fence(sc), ld(x)}}, {"01", "10", "11"}, {"00"}},
      {"SB+fences.ar", "acquire-release fences are not enough", {{st(x, 1), fence(ar), ld(y)}, {st(y, 1), fence(ar), ld(x)}}, {"00"}},
      {"SB+fence.sc+rlx", "one sequentially consistent fence is not enough", {{st(x, 1), fence(sc), ld(y)}, {st(y, 1), ld(x)}}, {"00"}},
      {"SB+heavy+light", "a heavy and a light fence order each other", {{st(x, 1), light(), ld(y)}, {st(y, 1), heavy(), ld(x)}}, {"01", "10", "11"}, {"00"}},
      {"SB+light+fence.sc", "a light and an ordinary fence do not order each other: the second fence has to be heavy",
       {{st(x, 1), light(), ld(y)}, {st(y, 1), fence(sc), ld(x)}}, {"00"}},
      {"SB+light+light", "two light fences do not order each other", {{st(x, 1), light(), ld(y)}, {st(y, 1), light(), ld(x)}}, {"00"}},
      {"SB+heavy+heavy", "two heavy fences order each other", {{st(x, 1), heavy(), ld(y)}, {st(y, 1), heavy(), ld(x)}}, {"01", "10", "11"}, {"00"}},
      {"SB+heavy+rlx", "a heavy fence alone is not enough", {{st(x, 1), heavy(), ld(y)}, {st(y, 1), ld(x)}}, {"00"}},
      {"SB+xchg", "acquire-release exchanges in place of the stores are not enough", {{xchg(x, 1, ar), ld(y)}, {xchg(y, 1, ar), ld(x)}}, {"0000"}},

      // Coherence: one word has one order.
      {"CoRR", "two loads in one thread never read a newer value and then an older one", {{st(x, 1)}, {ld(x), ld(x)}}, {"00", "01", "11"}, {"10"}},
      {"CoRR+two", "two readers agree on the order of two stores", {{st(x, 1)}, {st(x, 2)}, {ld(x), ld(x)}, {ld(x), ld(x)}}, {"1212", "2121"}, {"1221", "2112"}},
      {"CoWW", "stores of one thread keep their order", {{st(x, 1), st(x, 2)}, {ld(x), ld(x)}}, {"00", "12", "02"}, {"21", "20", "10"}},
      {"CoWR", "a thread reads its own store or a newer one", {{st(x, 1), ld(x)}, {st(x, 2)}}, {"1", "2"}, {"0"}},
      {"CoRW", "a load does not read a later store of its own thread", {{ld(x), st(x, 1)}, {st(x, 2)}}, {"0", "2"}, {"1"}},
      {"CoRR+hb", "a load that happens after another load does not read an older value", {{st(x, 1)}, {ld(x), st(y, 1, rel)}, {ld(y, acq), ld(x)}}, {"111", "011"}, {"110"}},

      // Independent readers.
      {"IRIW+rlx", "two readers may disagree on the order of two writes", {{st(x, 1)}, {st(y, 1)}, {ld(x), ld(y)}, {ld(y), ld(x)}}, {"1010"}},
      {"IRIW+acq", "two readers with acquire loads may disagree on the order of two writes", {{st(x, 1, rel)}, {st(y, 1, rel)}, {ld(x, acq), ld(y, acq)}, {ld(y, acq), ld(x, acq)}}, {"1010"}},
      {"IRIW+sc", "with sequentially consistent accesses, two readers agree on the order of two writes", {{st(x, 1, sc)}, {st(y, 1, sc)}, {ld(x, sc), ld(y, sc)}, {ld(y, sc), ld(x, sc)}}, {"1111", "1000"}, {"1010"}},
      {"IRIW+fences.sc", "with sequentially consistent fences between the loads, two readers agree on the order of two writes", {{st(x, 1)}, {st(y, 1)}, {ld(x), fence(sc), ld(y)}, {ld(y), fence(sc), ld(x)}}, {"1111"}, {"1010"}},
      {"SB+sc+message", "two sequentially consistent accesses in two threads, with a message between them", {{st(x, 1, sc), st(y, 1, rel)}, {ld(y, acq), ld(z, sc)}, {st(z, 1, sc), ld(x, sc)}}, {"111", "110", "101"}, {"100"}},
      {"SB+sc+same.word", "SB+sc+message with the message in the word of the first access: C++20 orders the two accesses, RC11 does not", {{st(x, 1, sc), st(x, 2, rel)}, {ld(x, acq), ld(z, sc)}, {st(z, 1, sc), ld(x, sc)}}, {"210", "202", "212"}},

      // Values and orders that this engine does not see.
      {"LB+rlx", "load buffering: each load reads the store that follows the other thread's load", {{ld(x), st(y, 1)}, {ld(y), st(x, 1)}}, {"00", "01", "10"}, {}, {"11"}},
      {"LB+rel+acq", "load buffering is forbidden with release and acquire", {{ld(x, acq), st(y, 1, rel)}, {ld(y, acq), st(x, 1, rel)}}, {"00", "01", "10"}, {"11"}},
      {.name = "2+2W+rlx", .about = "a modification order that differs from the order of execution",
       .threads = {{st(x, 1), st(y, 2)}, {st(y, 1), st(x, 2)}}, .seen = {"22", "21", "12"}, .missed = {"11"}, .finals = true},
      {.name = "S+rlx", .about = "a store that is older in modification order than what its thread has seen",
       .threads = {{st(x, 2), st(y, 1)}, {ld(y), st(x, 1)}}, .seen = {"111", "021"}, .missed = {"121"}, .finals = true},
      {.name = "S+rel+acq", .about = "with release and acquire, the older store comes first in modification order", .threads = {{st(x, 2), st(y, 1, rel)}, {ld(y, acq), st(x, 1)}},
       .seen = {"111"}, .never = {"121"}, .finals = true},
      {.name = "R+rlx", .about = "the last store to one word and a stale value of the other",
       .threads = {{st(x, 1), st(y, 1)}, {st(y, 2), ld(x)}}, .seen = {"012", "112"}, .finals = true},
      {"RMW+old", "an exchange that precedes a store in modification order but follows it in time", {{st(x, 1), st(y, 1)}, {ld(y), xchg(x, 2)}}, {"00", "11"}, {}, {"10"}},
      {"CAS+stale", "a failed compare-exchange that reads an older store", {{st(x, 1), st(y, 1)}, {ld(y), cas(x, 5, 6)}}, {"101", "000"}, {}, {"100"}},

      // Release sequences.
      {"RS+add", "an addition by another thread continues a release sequence",
       {{put(p, 1), st(y, 1, rel)}, {add(y, 2)}, {ld(y, acq), when(3, get(p))}}, {"131", "00-"}, {"130"}},
      {.name = "RS+xchg.before", .about = "an exchange that precedes the release store does not continue its release sequence",
       .threads = {{put(p, 1), st(y, 1, rel)}, {xchg(y, 5)}, {ld(y, acq), when(5, get(p))}}, .fails = "data race"},
      {.name = "RS+other.store", .about = "a relaxed store by another thread ends a release sequence",
       .threads = {{put(p, 1), st(y, 1, rel)}, {st(y, 2)}, {ld(y, acq), when(2, get(p))}}, .fails = "data race"},
      {.name = "RS+own.store", .about = "since C++20, a relaxed store by the same thread ends a release sequence",
       .threads = {{put(p, 1), st(y, 1, rel), st(y, 2)}, {ld(y, acq), when(2, get(p))}}, .seen = {"21"}, .misses = "data race"},
      {"RS+fence", "a release fence orders every store after it", {{put(p, 1), fence(rel), st(y, 1), st(y, 2)}, {ld(y, acq), when(2, get(p))}}, {"21", "0-"}, {"20"}},

      // Read-modify-writes.
      {"RMW+add", "one of two additions sees the other", {{add(x, 1)}, {add(x, 1)}}, {"01", "10"}, {"00", "11"}},
      {"RMW+xchg", "one of two exchanges sees the other", {{xchg(x, 1)}, {xchg(x, 2)}}, {"01", "20"}, {"00"}},
      {"CAS+two", "one of two compare-exchanges wins", {{cas(x, 0, 1)}, {cas(x, 0, 2)}}, {"1001", "0210"}, {"1010"}},
      {"CAS+spurious", "a weak compare-exchange may fail although the word has the expected value", {{cas(x, 0, 1)}, {st(y, 1)}}, {"10", "00"}},
      {.name = "CAS+failure.rlx", .about = "a failed compare-exchange with a relaxed failure order acquires nothing",
       .threads = {{put(p, 1), st(y, 1, rel)}, {cas(y, 0, 2, acq, rlx), when(1, get(p))}}, .fails = "data race"},
      {"CAS+failure.acq", "a failed compare-exchange with an acquire failure order acquires", {{put(p, 1), st(y, 1, rel)}, {cas(y, 0, 2, ar, acq), when(1, get(p))}}, {"011", "10-"}, {"010"}},

      // Plain accesses, alone and beside atomic ones of the same word.
      {"plain+MP", "a plain message that is passed with a release store and an acquire load", {{put(p, 1), st(q, 1, rel)}, {ld(q, acq), when(1, get(p))}}, {"11", "0-"}, {"10"}},
      {.name = "plain+MP.rlx", .about = "a plain message that is passed with a release store but no acquire load", .threads = {{put(p, 1), st(q, 1, rel)}, {ld(q), when(1, get(p))}}, .fails = "data race"},
      {.name = "plain+write+write", .about = "two plain writes", .threads = {{put(p, 1)}, {put(p, 2)}}, .fails = "data race"},
      {.name = "plain+write+read", .about = "a plain write and a plain read", .threads = {{put(p, 1)}, {get(p)}}, .fails = "data race"},
      {"plain+read+read", "two plain reads do not race", {{get(p)}, {get(p)}}, {"00"}},
      {.name = "mixed+write+load", .about = "a plain write and an atomic load", .threads = {{put(p, 1)}, {ld(p, acq)}}, .fails = "data race"},
      {.name = "mixed+write+store", .about = "a plain write and an atomic store", .threads = {{put(p, 1)}, {st(p, 2, rel)}}, .fails = "data race"},
      {.name = "mixed+read+store", .about = "a plain read and an atomic store", .threads = {{get(p)}, {st(p, 2, rel)}}, .fails = "data race"},
      {"mixed+read+load", "a plain read and an atomic load do not race", {{get(p)}, {ld(p)}}, {"00"}},
      {"mixed+store+store", "two atomic stores do not race", {{st(p, 1)}, {st(p, 2)}}, {""}},
      {.name = "race+write+write", .about = "a plain write that always comes before another plain write but does not happen before it",
       .threads = {{put(p, 1), st(x, 1)}, {await(x, 1), put(p, 1)}}, .fails = "data race"},
      {.name = "race+write+read", .about = "a plain write that always comes before a plain read but does not happen before it",
       .threads = {{put(p, 1), st(x, 1)}, {await(x, 1), get(p)}}, .fails = "data race"},
      {.name = "race+write+load", .about = "a plain write that always comes before an atomic load but does not happen before it",
       .threads = {{put(p, 1), st(x, 1)}, {await(x, 1), ld(p)}}, .fails = "data race"},
      {.name = "race+write+store", .about = "a plain write that always comes before an atomic store but does not happen before it",
       .threads = {{put(p, 1), st(x, 1)}, {await(x, 1), st(p, 1)}}, .fails = "data race"},
      {.name = "race+read+write", .about = "a plain read that always comes before a plain write but does not happen before it",
       .threads = {{get(p), st(x, 1)}, {await(x, 1), put(p, 1)}}, .fails = "data race"},
      {.name = "race+read+store", .about = "a plain read that always comes before an atomic store but does not happen before it",
       .threads = {{get(p), st(x, 1)}, {await(x, 1), st(p, 1)}}, .fails = "data race"},
      {.name = "race+load+write", .about = "an atomic load that always comes before a plain write but does not happen before it",
       .threads = {{ld(p), st(x, 1)}, {await(x, 1), put(p, 1)}}, .fails = "data race"},
      {.name = "race+store+write", .about = "an atomic store that always comes before a plain write but does not happen before it",
       .threads = {{st(p, 1), st(x, 1)}, {await(x, 1), put(p, 1)}}, .fails = "data race"},
      {.name = "race+store+read", .about = "an atomic store that always comes before a plain read but does not happen before it",
       .threads = {{st(p, 1), st(x, 1)}, {await(x, 1), get(p)}}, .fails = "data race"},
      {"mixed+reuse", "a word that passes from one thread to the other and back",
       {{put(p, 1), st(x, 1, rel), ld(y, acq), when(1, put(p, 3))}, {ld(x, acq), when(1, put(p, 0)), st(y, 1, rel)}}, {"11", "00", "10", "01"}},
      {"mixed+reuse.ordered", "a word that passes from one thread to the other and back, when the second thread waits for the first",
       {{put(p, 1), st(x, 1, rel), ld(y, acq), when(1, put(p, 3))}, {await(x, 1, acq), put(p, 0), st(y, 1, rel)}}, {"1", "0"}},
      {.name = "mixed+reuse.rlx", .about = "a word that passes from one thread to the other, and back by a relaxed store",
       .threads = {{put(p, 1), st(x, 1, rel), ld(y, acq), when(1, put(p, 3))}, {await(x, 1, acq), put(p, 0), st(y, 1)}}, .fails = "data race"},
      {.name = "fence.sc+race", .about = "sequentially consistent fences order more in Relacy than C++ promises: a race stays hidden",
       .threads = {{put(p, 1), fence(sc), ld(y), when(0, st(z, 1))}, {st(y, 1), fence(sc), ld(z), when(1, get(p))}}, .seen = {"011"}, .misses = "data race"},

      // Sleeping and waking.
      {.name = "sleep+no.fence", .about = "flag, check, sleep against store, check, wake: without fences a wake-up is lost",
       .threads = {{st(x, 1), ld(y), when(1, wake(y))}, {st(y, 1), ld(x), when(0, sleep(y, 1))}}, .fails = "deadlock"},
      {"sleep+fences.sc", "flag, check, sleep: two sequentially consistent fences prevent a lost wake-up", {{st(x, 1), fence(sc), ld(y), when(1, wake(y))}, {st(y, 1), fence(sc), ld(x), when(0, sleep(y, 1))}}, {"01", "11", "10"}},
      {"sleep+light+heavy", "flag, check, sleep: a light and a heavy fence prevent a lost wake-up", {{st(x, 1), light(), ld(y), when(1, wake(y))}, {st(y, 1), heavy(), ld(x), when(0, sleep(y, 1))}}, {"01", "11", "10"}},
      {.name = "sleep+light+light", .about = "flag, check, sleep: two light fences do not prevent a lost wake-up",
       .threads = {{st(x, 1), light(), ld(y), when(1, wake(y))}, {st(y, 1), light(), ld(x), when(0, sleep(y, 1))}}, .fails = "deadlock"},
      {.name = "sleep+no.look", .about = "a sleep without the last check", .threads = {{st(x, 1), fence(sc), ld(y), when(1, wake(y))}, {ld(x), when(0, st(y, 1)), when(0, sleep(y, 1))}}, .fails = "deadlock"},
      {.name = "sleep+nobody", .about = "two threads that sleep, and none that wakes them", .threads = {{sleep(x, 0)}, {sleep(y, 0)}}, .fails = "deadlock"},
      {"sleep+deadline", "a deadline ends a sleep", {{sleep_for(x, 0)}, {st(y, 1)}}, {""}},
      {"sleep+changed", "a sleep on a value that the word no longer has does not block", {{st(x, 1), sleep(x, 0)}, {st(y, 1)}}, {""}},
      {"await+store", "a waiting loop ends when the store arrives", {{st(x, 1, rel)}, {await(x, 1, acq)}}, {""}},
      {"await+MP", "a waiting loop that ends has acquired what came before the store", {{put(p, 1), st(x, 1, rel)}, {await(x, 1, acq), get(p)}}, {"1"}, {"0"}},
      {.name = "await+nobody", .about = "a waiting loop that no thread ends", .threads = {{st(y, 1)}, {await(x, 1)}}, .fails = "deadlock"},
      {.name = "await+each.other", .about = "two threads that wait for each other", .threads = {{await(x, 1), st(y, 1)}, {await(y, 1), st(x, 1)}}, .fails = "deadlock"},
  };
}

}  // namespace

const std::vector<litmus>& litmus_tests() {
  static const std::vector<litmus> all = tests();
  return all;
}

}  // namespace logbuf::verify
