// A program of one thread for a ring or a channel, as data: rapidcheck generates it, the fuzzer mutates it, a failure
// prints it, and a file of its lines runs again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace logbuf::test {

enum class form : std::uint8_t { plain, aligned_and_counted, checked, cleared };  // the traits; cleared: zeroing::by_producer

struct setup {
  bool shared = false;   // MPSC
  bool channel = false;
  form traits = form::plain;
  std::uint64_t capacity = 64;   // bytes
  std::uint64_t threshold = 0;   // options::release_threshold, bytes
  std::uint64_t position = 0;    // options::initial_position

  std::uint64_t alignment() const { return traits == form::aligned_and_counted ? 64 : 8; }
  std::uint64_t spare() const { return traits == form::cleared ? 8 : 0; }  // bytes that stay free behind the last claim
};

// Numbers that choose one of several are taken modulo how many there are, so that every number means something.
struct step {
  enum class kind : std::uint8_t {
    write,             // size
    claim,             // size; stays open
    commit,            // claim n
    shorten,           // claim n, to `size` of its bytes
    commit_too_much,   // claim n: aborts it
    abort,             // claim n
    throw_in_write,    // size
    gather,            // rings: size, in three parts
    flush,
    copy_producer,     // MPSC
    move_producer,
    drop_producer,     // also with claims open
    read,              // one record
    open_read,         // stays open
    end_read,          // read claim n
    keep_read,         // read claim n
    drain,             // up to `size` records; for record n / 4 the handler does n % 4: next, stop, keep, an exception
    open_batch,        // rings: stays open
    next_in_batch,
    keep_in_batch,
    release_in_batch,
    end_batch,
    release,
    move_consumer,
    drop_consumer,     // also with claims open
    send_soon,         // channels: a write with a deadline that has passed
    receive_soon,      // channels: a read with a deadline that has passed
    close,             // channels
    arm,               // channels
    write_batch,       // n % 8 records of `size` bytes, claimed and committed together
    write_batch_more,  // the same, of a claim that is larger by 1 + n / 8 alignments
    drop_batch,        // as write_batch_more, but it ends without a commit
    send_batch_soon,   // channels: a write_batch with a deadline that has passed
  };
  kind what{};
  std::size_t size = 0;
  std::size_t n = 0;
  std::size_t who = 0;  // which producer
};
inline constexpr std::size_t kind_count = static_cast<std::size_t>(step::kind::send_batch_soon) + 1;

struct program {
  setup on;
  std::vector<step> steps;
};

std::ostream& operator<<(std::ostream& out, const setup& s);
std::ostream& operator<<(std::ostream& out, const step& s);
std::ostream& operator<<(std::ostream& out, const program& p);

// What operator<< writes. False: it is none; `error` says where.
bool parse(std::istream& in, program& p, std::string& error);

}  // namespace logbuf::test
