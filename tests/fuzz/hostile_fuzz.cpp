// libFuzzer: a checked ring over memory whose bytes others write, before, between and during the calls of its consumer. The
// consumer may hand out nonsense, but touches nothing outside of its memory (which is one allocation: AddressSanitizer
// watches its ends), ends every call, and answers corrupt for ever once it did.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <logbuf/logbuf.hpp>

using namespace logbuf;

namespace {

class bytes {
 public:
  bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool any() const { return used_ < size_; }
  std::uint8_t next() { return any() ? data_[used_++] : std::uint8_t{0}; }
  std::uint64_t word() {
    std::uint64_t w = 0;
    for (int i = 0; i != 8; ++i) w = w << 8 | next();
    return w;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, used_ = 0;
};

// Writes behind a load of a header, where the input says so: a second load of the header would find another word.
struct written_behind : std_atomics {
  static inline bytes* in = nullptr;
  template <site S>
  static std::uint64_t load_header(site_tag<S> s, const region& r, std::size_t offset) noexcept {
    const std::uint64_t loaded = std_atomics::load_header(s, r, offset);
    if (in != nullptr && (in->next() & 1) != 0) {
      const std::uint64_t word = in->word();
      std::memcpy(r.at(offset), &word, sizeof word);
    }
    return loaded;
  }
};
struct checked_traits : default_traits {
  using atomics = written_behind;
  static constexpr bool checked = true;
};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

// The next header, or a word anywhere: a record, a skip, or anything.
void overwrite(std::span<std::byte> memory, bytes& in, position_type next) {
  const unsigned how = in.next();
  const std::size_t place = (how & 1) != 0 ? static_cast<std::size_t>(next) & (memory.size() - 1) : in.next() * 8 % memory.size();
  std::uint64_t word = in.word();
  if ((how & 2) != 0) word = in.next();                          // small sizes
  if ((how & 4) != 0) word |= detail::skip_bit;
  if ((how & 8) != 0) word = memory.size() - place + in.next() % 32 - 16;  // about to the end of the lap
  std::memcpy(memory.data() + place, &word, sizeof word);
}

// What a record may be: inside of the memory, not too large.
template <class Span>
void check_record(std::span<std::byte> memory, const Span& record) {
  require(record.size() <= memory.size() / 2 - header_size, "a record larger than max_payload");
  static std::array<std::byte, 1024> copy;
  std::copy(record.begin(), record.end(), copy.begin());
}

// What a read has to answer.
struct answer {
  bool record = false, corrupt = false;
  std::size_t size = 0;  // of the record
};

// What the memory says to a consumer that stands at `at`. A claim can have covered what ends at the tail and at the end of the
// lap at the latest: this counts those bytes, word by word.
answer answer_of(std::span<const std::byte> memory, position_type at, position_type tail) {
  for (const position_type start = at; at - start != memory.size();) {
    std::uint64_t word;
    std::memcpy(&word, memory.data() + (static_cast<std::size_t>(at) & (memory.size() - 1)), sizeof word);
    if (word == 0) return {};
    std::size_t room = 0;
    for (position_type p = at; p != tail && (p == at || p % memory.size() != 0); p += 8) room += 8;
    const std::size_t size = detail::size_of(word);
    if (size < header_size || size > room) return {false, true};
    if (!detail::is_skip(word)) return {size <= memory.size() / 2, size > memory.size() / 2, size - header_size};
    at += (size + 7) / 8 * 8;
  }
  return {};  // a lap of skips, which is zeroed before the next look
}

struct consumer_answers {
  bool corrupt = false;
  answer next;
  bool knows_next = false;
  // A `corrupt` stays; and nothing is delivered after it.
  void note(bool record, bool is_corrupt, std::size_t size = 0) {
    require(!corrupt || (is_corrupt && !record), "corrupt does not stay");
    corrupt = is_corrupt;
    if (std::exchange(knows_next, false))
      require(next.record == record && next.corrupt == is_corrupt && (!record || next.size == size),
              "an answer that is not what the memory says");
  }
};

template <bool Channel, class Ends>
void run(Ends ends, std::span<std::byte> memory, bytes& in, position_type start) {
  auto& tx = ends.first;
  auto& rx = ends.second;
  consumer_answers answers;
  position_type next = start;
  const auto seen = [&](const auto& record) {
    answers.note(record.has_value(), !record && std::strcmp(to_string(record.error()), "corrupt") == 0,
                 record ? record->size() : 0);
  };
  // Before the first read it is known where the consumer stands, and that nothing is released.
  bool has_read = false;
  while (in.any()) {
    const unsigned what = in.next() % 8;
    if (!has_read && what >= 3 && what <= 6) {
      has_read = true;
      // A channel's drain looks twice at the first header, and may find two words. What else a channel does is no answer.
      answers.knows_next = !Channel || (what != 6 && (what != 5 || written_behind::in == nullptr));
      answers.next = answer_of(memory, start, start + tx.occupancy());
    }
    switch (what) {
      case 0:
      case 1: overwrite(memory, in, next); break;
      case 2: {
        const std::size_t size = in.next();
        if constexpr (Channel) {
          if (auto claim = tx.try_send(size, 1); claim && (size & 1) != 0) claim->commit();
        } else {
          if (auto claim = tx.try_claim(size, 1); claim && (size & 1) != 0) claim->commit();
        }
        break;
      }
      case 3:
      case 4: {
        auto record = [&] {
          if constexpr (Channel) return rx.try_receive();
          else return rx.try_read();
        }();
        seen(record);
        if (!record) break;
        check_record(memory, record->bytes());
        if ((in.next() & 1) != 0) overwrite(memory, in, record->position());  // between the look and the zeroing
        if ((in.next() & 3) == 0) {
          next = record->position();
          record->keep();
        } else {
          next = record->position() + detail::stride_of<8>(record->size() + header_size);
          record->consume();
        }
        break;
      }
      case 5: {
        const auto handler = [&](std::span<const std::byte> record, std::uint32_t) {
          answers.note(true, false, record.size());
          check_record(memory, record);
          if ((in.next() & 1) != 0) overwrite(memory, in, next);
        };
        if constexpr (Channel) {
          auto drained = rx.drain_for(std::chrono::seconds(0), handler, 8);
          if (!drained) answers.note(false, drained.error() == receive_error::corrupt);
        } else {
          auto drained = rx.drain(handler, 8);
          if (!drained || *drained == 0) answers.note(false, !drained);
        }
        break;
      }
      case 6:
        if constexpr (!Channel) {
          auto batch = rx.batch();
          for (unsigned i = 0; i != 4; ++i) {
            auto record = batch.next();
            seen(record);
            if (!record) break;
            check_record(memory, record->bytes());
            if ((in.next() & 1) != 0) overwrite(memory, in, next);
          }
        } else {
          require(!answers.corrupt || rx.receive().error() == receive_error::corrupt, "a receive that does not answer corrupt");
          if (rx.arm() && answers.corrupt) require(false, "a corrupt channel is armed");
        }
        break;
      default: rx.release();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bytes in(data, size);
  const unsigned kind = in.next();
  const std::size_t capacity = std::size_t{16} << (in.next() % 6);
  options o;
  o.memory_is_zero = true;  // it is what `in` says
  o.release_threshold = (kind & 4) != 0 ? capacity / 2 : 0;
  const position_type bases[] = {0, (position_type{1} << 32) - capacity, position_type{0} - capacity};
  o.initial_position = bases[in.next() % 3];  // two statements: the order of two operands is the compiler's
  o.initial_position += in.next() * 8u % capacity;
  auto memory = std::make_unique<std::uint64_t[]>(capacity / 8);
  const auto region = std::as_writable_bytes(std::span(memory.get(), capacity / 8));
  for (std::size_t dirty = in.next() % 4; dirty != 0; --dirty) overwrite(region, in, o.initial_position);
  written_behind::in = kind >> 3 == 31 ? &in : nullptr;
  switch (kind & 3) {
    case 0: run<false>(spsc::make<checked_traits>(region, nullptr, o), region, in, o.initial_position); break;
    case 1: run<false>(mpsc::make<checked_traits>(region, nullptr, o), region, in, o.initial_position); break;
    case 2: run<true>(spsc::channel<checked_traits>(region, nullptr, o), region, in, o.initial_position); break;
    default: run<true>(mpsc::channel<checked_traits>(region, nullptr, o), region, in, o.initial_position);
  }
  return 0;
}
