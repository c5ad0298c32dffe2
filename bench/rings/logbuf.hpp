// The rings of logbuf, as the bench drives them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <logbuf/logbuf.hpp>

#include "../throughput.hpp"

// A file that is compiled against changed headers (bench/ablation) gives its rings a name of their own.
#ifndef BENCH_VARIANT
#define BENCH_VARIANT production
#endif

namespace bench {
inline namespace BENCH_VARIANT {

// How records are read. A scope reads up to this many records.
inline constexpr std::size_t scope_records = 256;
struct single { static constexpr const char* name = "single"; };
struct batch { static constexpr const char* name = "batch"; };
struct drain { static constexpr const char* name = "drain"; };

// How records are written: each by itself, or so many together.
inline constexpr std::size_t batch_records = 16;
struct claims {};
struct batches {};

struct clearing_traits : logbuf::default_traits {
  static constexpr logbuf::zeroing zeroed = logbuf::zeroing::by_producer;
};

inline logbuf::options prefaulted(std::uint64_t release_threshold) {
  logbuf::options o;
  o.prefault = true;
  o.release_threshold = release_threshold;
  return o;
}

template <class Ends, class Reads, class Writes = claims>
class logbuf_ring {
  using producer_type = typename Ends::first_type;
  using consumer_type = typename Ends::second_type;

 public:
  static constexpr const char* reads = Reads::name;
  static constexpr bool variable = true;

  explicit logbuf_ring(Ends&& ends) : ends_(std::move(ends)) {}

  class writer {
   public:
    explicit writer(logbuf_ring& r) : producer_(take(r.ends_.first)) {}
    writer(const writer&) = delete;
    ~writer() {
      if constexpr (std::is_same_v<Writes, batches>) flush();
    }
    // The records of the open batch can be read then.
    void flush() noexcept
      requires std::is_same_v<Writes, batches>
    {
      if (batch_.is_open()) batch_.commit();
    }
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      if constexpr (std::is_same_v<Writes, batches>) {
        for (auto to = batch_.add(size);; to = batch_.add(size)) {
          if (to) return std::memcpy(to->data(), from, size), true;
          if (!begin_batch(size)) return false;
        }
      } else {
        auto claim = producer_.try_claim(size);
        if (!claim) return false;
        std::memcpy(claim->data(), from, size);
        return claim->commit();
      }
    }

   private:
    LOGBUF_NOINLINE bool begin_batch(std::size_t size) noexcept {
      flush();
      const std::size_t most = std::min(producer_.max_payload(), std::size_t{8192});
      auto next = producer_.try_batch(std::max(std::min(batch_records * logbuf::record_bytes(size), most), logbuf::record_bytes(size)));
      if (next) batch_ = std::move(*next);
      return next.has_value();
    }
    static producer_type take(producer_type& p) {
      if constexpr (std::is_copy_constructible_v<producer_type>) return p;
      else return std::move(p);
    }
    producer_type producer_;
    typename producer_type::batch_type batch_;
  };

  class reader {
   public:
    explicit reader(logbuf_ring& r) : consumer_(std::move(r.ends_.second)) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      if constexpr (std::is_same_v<Reads, single>) {
        auto record = consumer_.try_read();
        if (!record) return 0;
        on_record(record->bytes().data(), record->size());
        return 1;
      } else if constexpr (std::is_same_v<Reads, batch>) {
        auto records = consumer_.batch();
        for (std::size_t n = 0; n != scope_records; ++n) {
          auto record = records.next();
          if (!record) return n;
          on_record(record->bytes().data(), record->size());
        }
        return scope_records;
      } else {
        return consumer_.drain([&](auto bytes, std::uint32_t) { on_record(bytes.data(), bytes.size()); }, scope_records);
      }
    }

    void rest() noexcept { consumer_.rest(); }

   private:
    consumer_type consumer_;
  };

 private:
  Ends ends_;
};

template <class Traits, class Writes>
constexpr const char* name_of() {
  if (std::is_same_v<Writes, batches>) return "logbuf-batched";
  return Traits::zeroed == logbuf::zeroing::by_producer ? "logbuf-by_producer" : "logbuf";
}

template <class Reads, class Traits = logbuf::default_traits, class Writes = claims>
struct logbuf_spsc : logbuf_ring<typename logbuf::spsc::maker<Traits>::ends, Reads, Writes> {
  static constexpr const char* name = name_of<Traits, Writes>();
  explicit logbuf_spsc(shape s, std::uint64_t release_threshold = logbuf::options::a_sixteenth)
      : logbuf_ring<typename logbuf::spsc::maker<Traits>::ends, Reads, Writes>(
            logbuf::spsc::make<Traits>(s.capacity, prefaulted(release_threshold))) {}
};
template <class Reads, class Traits = logbuf::default_traits, class Writes = claims>
struct logbuf_mpsc : logbuf_ring<typename logbuf::mpsc::maker<Traits>::ends, Reads, Writes> {
  static constexpr const char* name = name_of<Traits, Writes>();
  explicit logbuf_mpsc(shape s, std::uint64_t release_threshold = logbuf::options::a_sixteenth)
      : logbuf_ring<typename logbuf::mpsc::maker<Traits>::ends, Reads, Writes>(
            logbuf::mpsc::make<Traits>(s.capacity, prefaulted(release_threshold))) {}
};

}  // namespace BENCH_VARIANT
}  // namespace bench
