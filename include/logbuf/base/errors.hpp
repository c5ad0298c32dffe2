// What can go wrong with a call, by name and in words that say what to do. What can be wrong with a ring's options is in
// setup.hpp.
#pragma once

namespace logbuf::inline v0 {

// Why a producer of a ring has no claim.
enum class claim_error : unsigned char {
  none = 0,
  full,       // no space now; nothing was changed, try again when the consumer has released some
  too_large,  // larger than max_payload(): it never fits, at any time
  detached,   // the producer was moved from and has no ring
};

// Why a consumer of a ring has no record.
enum class read_error : unsigned char {
  none = 0,
  empty,    // no committed record is next; also the answer of a consumer that was moved from
  corrupt,  // a checked ring found bytes that no producer wrote; the answer from then on
};

// Why a sender of a channel has no claim.
enum class send_error : unsigned char {
  none = 0,
  full,          // no space now (try_send)
  too_large,     // larger than max_payload(): it never fits, at any time
  disconnected,  // the receiver is gone: nobody will read it
  timeout,       // the ring was full until the deadline
  detached,      // the sender was moved from and has no channel
};

// Why a receiver of a channel has no record.
enum class receive_error : unsigned char {
  none = 0,
  empty,         // nothing is there now (try_receive)
  timeout,       // nothing came until the deadline
  disconnected,  // every sender has left, and every record was delivered
  abandoned,     // every sender has left, and a claim that was never finished stands before the rest
  closed,        // close(), or the stop token: the wait was ended, and nothing is there now
  detached,      // the receiver was moved from and has no channel
  corrupt,       // a checked ring found bytes that no producer wrote; the answer from then on
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
    "logbuf: too_large: larger than max_payload(), which is capacity / 2 - 8 bytes: it never fits; make the ring larger, or "
    "write it in parts";
inline constexpr const char* corrupt_text =
    "logbuf: corrupt: the memory of this checked ring holds bytes that no producer wrote: give it up, and make another";
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
      "logbuf: empty: no committed record is next: read again later; a claim that is still open holds back those behind it",
      detail::corrupt_text};
  return texts[static_cast<unsigned>(e)];
}
constexpr const char* message(send_error e) noexcept {
  constexpr const char* texts[] = {
      "logbuf: none: no error",
      "logbuf: full: no space now, and nothing was changed: try again, let send() wait, or make the ring larger",
      detail::too_large_text,
      "logbuf: disconnected: the receiver is gone, and nobody will read it: stop sending",
      "logbuf: timeout: the ring was full until the deadline, and nothing was changed: try again, or make the ring larger",
      "logbuf: detached: this sender has no channel: use the one that it was moved to"};
  return texts[static_cast<unsigned>(e)];
}
constexpr const char* message(receive_error e) noexcept {
  constexpr const char* texts[] = {
      "logbuf: none: no error",
      "logbuf: empty: nothing is there now: try again later, or let receive() wait",
      "logbuf: timeout: nothing came until the deadline: receive again",
      "logbuf: disconnected: every sender has left, and every record was delivered: stop receiving",
      "logbuf: abandoned: every sender has left, and one left a claim unfinished: what lies behind it, abandoned_bytes(), "
      "can not be read",
      "logbuf: closed: close() or the stop token has ended the wait, and nothing is there: stop receiving",
      "logbuf: detached: this receiver has no channel: use the one that it was moved to",
      detail::corrupt_text};
  return texts[static_cast<unsigned>(e)];
}

}  // namespace logbuf
