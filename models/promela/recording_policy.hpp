// The atomics policy of real threads whose every access is written down, in one order: a trace that the Promela models are
// asked to take step by step (models/promela).
//
// A lock is held around each access, so that the trace is an execution: what it shows is the protocol, and nothing of the
// memory orders. Offsets and lengths are told in words of 8 bytes, positions modulo two capacities, as in the models.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <unistd.h>

#include <logbuf/core/atomics.hpp>

namespace logbuf::models {

// Accesses that are no ordering site, in the vocabulary of the models.
inline constexpr std::array<std::string_view, 5> plain_steps{"payload", "zero", "park", "wake", "unpark"};
enum class plain_step : unsigned { payload, zero, park, wake, unpark };

// Sites that the models leave out: life time, and numbers that decide nothing. Any other one that a production header
// comes to is in the trace, and a model that does not know it does not take the trace.
constexpr bool is_outside_of_the_models(site s) {
  switch (s) {
    case site::owner_retain:
    case site::owner_drop:
    case site::sender_retain:  // the loads make all senders before the first one sends
    case site::occupancy_tail:
    case site::occupancy_head:
    case site::prefetch_tail:
    case site::counter_load:
    case site::counter_store:
    case site::counter_retire: return true;
    default: return false;
  }
}

class recorder {
 public:
  // Of the one ring that is recorded, in this process.
  static recorder& the() {
    static recorder r;
    return r;
  }
  // Steps are written as they are taken, each in one piece: a load that a bug makes crash leaves what it did until then.
  void begin(int to, std::uint64_t capacity_in_bytes, std::uint64_t longest, std::uint64_t seed) {
    to_ = to, capacity_ = capacity_in_bytes, left_ = longest, seed_ = seed;
  }

  using guard = std::unique_lock<std::mutex>;
  guard lock() { return guard(mutex_); }

  // With the lock held. The end of a long trace is cut off: the beginning of an execution is one too.
  void tell(std::string_view name, bool by_consumer, std::uint64_t where, std::uint64_t value) {
    if (me_ == unknown) me_ = by_consumer ? 0 : ++producers_;
    const bool is_payload = name == plain_steps[0];
    const auto place = is_payload ? where : nowhere;
    if (std::exchange(written_, place) == place && is_payload) return;  // the same claim is written on
    if (left_ == 0) return;
    --left_;
    const std::string line = std::to_string(me_) + ' ' + std::string(name) + ' ' + std::to_string(where) + ' ' + std::to_string(value) + '\n';
    is_written_ = ::write(to_, line.data(), line.size()) == std::ssize(line) && is_written_;
  }
  // Without it: lets others in, now and then.
  void may_yield() {
    thread_local std::minstd_rand random(static_cast<unsigned>(seed_ + me_ * 7919));
    const auto dice = random() >> 8 & 255;
    if (dice < 64) std::this_thread::yield();
    if (dice < 2) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }

  std::uint64_t words(std::uint64_t bytes) const { return (bytes + 7) / 8; }
  std::uint64_t position(std::uint64_t p) const { return p % (2 * capacity_) / 8; }
  // A skip of n words is 32 + n, a record n: what no header can be, as a mutant may read, is made unlike all of them.
  std::uint64_t header(std::uint64_t word) const {
    if (word == detail::not_ready) return 0;
    const std::uint64_t n = words(detail::size_of(word));
    return n >= 32 ? 99 : (detail::is_skip(word) ? 32 + n : n);
  }

  bool is_written() const { return is_written_; }

 private:
  static constexpr unsigned unknown = ~0u;

  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};

  std::mutex mutex_;
  int to_ = -1;
  std::uint64_t capacity_ = 8, left_ = 0, seed_ = 0;
  unsigned producers_ = 0;
  bool is_written_ = true;
  static inline thread_local std::uint64_t written_ = nowhere;  // where this thread's last step wrote a payload
  static inline thread_local unsigned me_ = unknown;
};

struct recording_atomics : std_atomics {
  template <class T>
  using word = std_atomics::word<T>;

  template <site S, class T>
  static T load(site_tag<S> s, const word<T>& w) noexcept {
    return told<S>(0, [&] { return std_atomics::load(s, w); }, [](T v) { return v; });
  }
  template <site S, class T>
  static void store(site_tag<S> s, word<T>& w, std::type_identity_t<T> value) noexcept {
    told<S>(0, [&] { return std_atomics::store(s, w, value), value; }, [](T v) { return v; });
  }
  template <site Won, site Lost, class T>
  static bool compare_exchange_weak(site_tag<Won> won, site_tag<Lost> lost, word<T>& w, std::type_identity_t<T> expected,
                                    std::type_identity_t<T> desired) noexcept {
    recorder& r = recorder::the();
    auto guard = r.lock();
    const bool is_won = std_atomics::compare_exchange_weak(won, lost, w, expected, desired);
    if (is_won) r.tell(describe(Won).name, false, 0, value_of<Won>(desired));
    else r.tell(describe(Lost).name, false, 0, 0);
    guard.unlock();
    r.may_yield();
    return is_won;
  }
  template <site S, class T>
  static T exchange(site_tag<S> s, word<T>& w, std::type_identity_t<T> value) noexcept {
    return told<S>(0, [&] { return std_atomics::exchange(s, w, value); }, [](T v) { return v; });
  }
  template <site S, class T>
  static T fetch_add(site_tag<S> s, word<T>& w, std::type_identity_t<T> value) noexcept {
    return told<S>(0, [&] { return std_atomics::fetch_add(s, w, value); }, [](T v) { return v; });
  }
  template <site S, class T>
  static T fetch_sub(site_tag<S> s, word<T>& w, std::type_identity_t<T> value) noexcept {
    return told<S>(0, [&] { return std_atomics::fetch_sub(s, w, value); }, [](T v) { return v; });
  }

  template <site S>
  static std::uint64_t load_header(site_tag<S> s, const region& r, std::size_t offset) noexcept {
    return told<S>(offset / 8, [&] { return std_atomics::load_header(s, r, offset); }, as_header);
  }
  template <site S>
  static void store_header(site_tag<S> s, const region& r, std::size_t offset, std::uint64_t value) noexcept {
    told<S>(offset / 8, [&] { return std_atomics::store_header(s, r, offset, value), value; }, as_header);
  }
  static void zero(const region& r, std::size_t offset, std::size_t size) noexcept {
    plain(plain_step::zero, true, offset / 8, size / 8, [&] { std_atomics::zero(r, offset, size); });
  }
  static write_span writable(const region& r, std::size_t offset, std::size_t size) noexcept {
    if (size != 0) plain(plain_step::payload, false, offset / 8, recorder::the().words(size), [] {});
    return std_atomics::writable(r, offset, size);
  }

  template <site S>
  static void light_fence(site_tag<S> s, bool asymmetric) noexcept {
    told<S>(0, [&] { return std_atomics::light_fence(s, asymmetric), 0u; }, [](unsigned v) { return v; });
  }
  template <site S>
  [[nodiscard]] static bool heavy_fence(site_tag<S> s, bool asymmetric) noexcept {
    return told<S>(0, [&] { return std_atomics::heavy_fence(s, asymmetric); }, [](bool) { return 0u; });
  }

  // A futex, under the lock of the recorder: what it finds and the sleep are one step.
  struct parker {
    std::condition_variable wakeup{};
    bool is_asleep = false;
  };
  static bool park(parker& p, futex_word& word, std::uint32_t expected, deadline d) noexcept {
    recorder& r = recorder::the();
    auto guard = r.lock();
    p.is_asleep = word.load(std::memory_order_relaxed) == expected;
    r.tell(name_of(plain_step::park), true, 0, p.is_asleep);
    if (!p.is_asleep) return true;
    const auto woken = [&] { return !p.is_asleep; };
    if (d == deadline::max()) p.wakeup.wait(guard, woken);
    else p.wakeup.wait_until(guard, d, woken);
    r.tell(name_of(plain_step::wake), true, 0, 0);
    return true;
  }
  static void unpark(parker& p, futex_word&) noexcept {
    plain(plain_step::unpark, false, 0, 0, [&] { p.is_asleep = false; });
    p.wakeup.notify_one();
  }

 private:
  static constexpr std::string_view name_of(plain_step s) { return plain_steps[static_cast<std::size_t>(s)]; }
  static std::uint64_t as_header(std::uint64_t word) { return recorder::the().header(word); }

  static constexpr bool is_of_consumer(site s) {
    switch (s) {
      case site::header_poll:
      case site::head_publish:
      case site::check_tail:
      case site::consumer_leave:
      case site::park_fence:
      case site::parked_store:
      case site::senders_check:
      case site::abandoned_check:
      case site::close_check: return true;
      default: return false;
    }
  }
  static constexpr bool is_position(site s) {
    switch (s) {
      case site::head_publish:
      case site::head_refresh:
      case site::flush_wait:
      case site::tail_load:
      case site::tail_reload:
      case site::tail_claim:
      case site::tail_publish:
      case site::abandoned_check:
      case site::check_tail: return true;
      default: return false;
    }
  }
  template <site S>
  static std::uint64_t value_of(std::uint64_t v) {
    return is_position(S) ? recorder::the().position(v) : v;
  }

  template <site S, class F, class V>
  static auto told(std::uint64_t where, F access, V as_told) noexcept {
    if constexpr (is_outside_of_the_models(S)) {
      return access();
    } else {
      recorder& r = recorder::the();
      auto guard = r.lock();
      const auto result = access();
      r.tell(describe(S).name, is_of_consumer(S), where, value_of<S>(as_told(result)));
      guard.unlock();
      r.may_yield();
      return result;
    }
  }
  template <class F>
  static void plain(plain_step s, bool by_consumer, std::uint64_t where, std::uint64_t value, F access) noexcept {
    recorder& r = recorder::the();
    auto guard = r.lock();
    access();
    r.tell(name_of(s), by_consumer, where, value);
    guard.unlock();
    r.may_yield();
  }
};

static_assert(atomics_policy<recording_atomics>);

}  // namespace logbuf::models
