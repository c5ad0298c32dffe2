// The errors that calls return: their names, and messages that say what to do. The errors of making a ring are in setup.hpp.
#pragma once
#ifndef LOGBUF_BASE_ERRORS_HPP
#define LOGBUF_BASE_ERRORS_HPP

#include "../platform/compiler.hpp"

namespace logbuf::inline v0 {

// Why a ring's producer returned no claim.
enum class LOGBUF_SHARED_TYPE claim_error : unsigned char {
  none = 0,
  full,       // no space now; nothing was changed. Try again when the consumer has released some space
  too_large,  // larger than max_payload(): it never fits
  detached,   // the producer was moved from and has no ring
};

// Why a ring's consumer returned no record.
enum class LOGBUF_SHARED_TYPE read_error : unsigned char {
  none = 0,
  empty,    // there is no next record, or it is not committed yet; also from a consumer that was moved from
  corrupt,  // a checked ring found bytes that no producer wrote; returned from then on
};

// Why a channel's sender returned no claim.
enum class LOGBUF_SHARED_TYPE send_error : unsigned char {
  none = 0,
  full,          // no space now (try_send)
  too_large,     // larger than max_payload(): it never fits
  disconnected,  // the receiver is gone: no one will read the record
  timeout,       // the ring was full until the deadline
  detached,      // the sender was moved from and has no channel
};

// Why a channel's receiver returned no record.
enum class LOGBUF_SHARED_TYPE receive_error : unsigned char {
  none = 0,
  empty,         // no record now (try_receive)
  timeout,       // no record until the deadline
  disconnected,  // every sender has left, and every record was delivered
  abandoned,     // every sender has left, and a claim that was never finished blocks what follows it
  closed,        // close() or the stop token ended the wait, and there is no record now
  detached,      // the receiver was moved from and has no channel
  corrupt,       // a checked ring found bytes that no producer wrote; returned from then on
};

// The name of an error, for logs.
constexpr const char* to_string(send_error e) noexcept {
  constexpr const char* names[] = {"none", "full", "too_large", "disconnected", "timeout", "detached"};
  return names[static_cast<unsigned>(e)];
}
constexpr const char* to_string(receive_error e) noexcept {
  constexpr const char* names[] = {"none", "empty", "timeout", "disconnected", "abandoned", "closed", "detached", "corrupt"};
  return names[static_cast<unsigned>(e)];
}
constexpr const char* to_string(claim_error e) noexcept {
  constexpr const char* names[] = {"none", "full", "too_large", "detached"};
  return names[static_cast<unsigned>(e)];
}
constexpr const char* to_string(read_error e) noexcept {
  constexpr const char* names[] = {"none", "empty", "corrupt"};
  return names[static_cast<unsigned>(e)];
}

namespace detail {
inline constexpr const char* too_large_text =
    "logbuf: too_large: larger than max_payload(), which is capacity / 2 - 8 bytes, and never fits: make the ring larger, "
    "or write the record in parts";
inline constexpr const char* corrupt_text =
    "logbuf: corrupt: the memory of this checked ring holds bytes that no producer wrote: discard it, and make a new ring";
}  // namespace detail

// What an error means, and what to do about it.
constexpr const char* message(claim_error e) noexcept {
  constexpr const char* texts[] = {
      "logbuf: none: no error",
      "logbuf: full: no space now, and nothing was changed: try again when the consumer has read, or make the ring larger",
      detail::too_large_text,
      "logbuf: detached: this producer has no ring: use the one that it was moved to"};
  return texts[static_cast<unsigned>(e)];
}
constexpr const char* message(read_error e) noexcept {
  constexpr const char* texts[] = {
      "logbuf: none: no error",
      "logbuf: empty: no committed record is next: read again later. An open claim holds back the records behind it",
      detail::corrupt_text};
  return texts[static_cast<unsigned>(e)];
}
constexpr const char* message(send_error e) noexcept {
  constexpr const char* texts[] = {
      "logbuf: none: no error",
      "logbuf: full: no space now, and nothing was changed: try again, use send() to wait, or make the ring larger",
      detail::too_large_text,
      "logbuf: disconnected: the receiver is gone, and no one will read the record: stop sending",
      "logbuf: timeout: the ring was full until the deadline, and nothing was changed: try again, or make the ring larger",
      "logbuf: detached: this sender has no channel: use the one that it was moved to"};
  return texts[static_cast<unsigned>(e)];
}
constexpr const char* message(receive_error e) noexcept {
  constexpr const char* texts[] = {
      "logbuf: none: no error",
      "logbuf: empty: there is no record now: try again later, or use receive() to wait",
      "logbuf: timeout: no record arrived before the deadline: receive again",
      "logbuf: disconnected: every sender has left, and every record was delivered: stop receiving",
      "logbuf: abandoned: every sender has left, and one left a claim unfinished: it and what lies behind it, "
      "abandoned_bytes() in all, cannot be read",
      "logbuf: closed: close() or the stop token ended the wait, and there is no record: stop receiving",
      "logbuf: detached: this receiver has no channel: use the one that it was moved to",
      detail::corrupt_text};
  return texts[static_cast<unsigned>(e)];
}

}  // namespace logbuf

#endif  // LOGBUF_BASE_ERRORS_HPP
