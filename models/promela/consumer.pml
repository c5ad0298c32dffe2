/* The consumer: poll, advance, zero and release of protocol.hpp, and the ways to read of consumer.hpp. With CHANNEL the
 * receiver of receiver.hpp (receiver.pml has the steps of its waiting). */

#define HELD_BACK DISTANCE(released, position)

/* Why the consumer looks at a header. */
#define SINGLE 0                /* try_read */
#define BEHIND 1                /* the look behind a record that was consumed (end_read) */
#define CHUNK 2                 /* drain, batch */

/* What follows a release. */
#define LOOK 1
#define STOP 2
#define ENDS 3
#define LEAVE 4

/* release(): first zero, then head. */
#ifdef CLEARED
#define RELEASE goto head_publish
#else
#ifdef FINE
#ifdef BUG_head_before_zeroing
#define RELEASE goto head_publish
#else
#define RELEASE if :: zeroed != position -> goto zero_rest :: else -> goto head_publish fi
#endif
#else
#define RELEASE goto head_publish
#endif
#endif

/* The jump to the next look: a chunk, or a lap that is held back whole, is given back first. */
#ifdef BUG_no_exactly_full_check
#define IS_EXACTLY_FULL false
#else
#define IS_EXACTLY_FULL (HELD_BACK == CAPACITY)
#endif
#define GO_LOOK \
  if \
  :: IS_EXACTLY_FULL || (mode == CHUNK && HELD_BACK != 0 && 4 * HELD_BACK >= CAPACITY) -> then = LOOK; RELEASE \
  :: else -> goto header_poll \
  fi

#define GO_RELEASE(next, label) \
  if \
  :: position != released -> then = next; RELEASE \
  :: else -> goto label \
  fi

/* The consumer has caught up: it gives everything back. */
#ifdef BUG_no_release_on_catching_up
#define GO_CAUGHT_UP goto read
#else
#define GO_CAUGHT_UP GO_RELEASE(STOP, read)
#endif
#ifdef BUG_no_release_before_sleep
#define GO_RELEASE_BEFORE_SLEEP goto senders_check
#else
#define GO_RELEASE_BEFORE_SLEEP GO_RELEASE(ENDS, senders_check)
#endif

#ifdef BUG_zero_header_only
#define ZEROED(n) 1
#else
#define ZEROED(n) (n)
#endif
inline zero_consumed() {
  n = DISTANCE(zeroed, position);
  if
  :: n <= TO_LAP_END(zeroed) -> AT(zero, OFFSET(zeroed), n); zero_words(OFFSET(zeroed), ZEROED(n))
  :: else ->
     AT(zero, OFFSET(zeroed), TO_LAP_END(zeroed)); zero_words(OFFSET(zeroed), TO_LAP_END(zeroed));
     AT(zero, 0, n - TO_LAP_END(zeroed)); zero_words(0, n - TO_LAP_END(zeroed))
  fi;
  zeroed = position; n = 0
}

inline deliver() {
  ghost_read(position, word);
  position = PLUS(position, word); word = 0;
  unread--;
#ifdef CHANNEL
  last_look = false;
#endif
  IS_DELIVERED(true)
}

/* A single read hands out its record, and zeroes it when it ends. */
#ifdef CLEARED
#define CONSUME deliver(); mode = BEHIND; zeroed = position; GO_LOOK
#else
#ifdef FINE
#define CONSUME deliver(); mode = BEHIND; goto zero
#else
#define CONSUME deliver(); mode = BEHIND; zero_consumed(); GO_LOOK
#endif
#endif

proctype consumer(byte me) {
  byte word, n;
  byte mode, then;
#ifdef CHANNEL
  bool announced, last_look;
#endif

read:
  if
  :: atomic { mode = SINGLE; GO_LOOK }
#ifdef CHUNKS
  :: atomic { mode = CHUNK; GO_LOOK }
#endif
#ifdef CONSUMER_LEAVES
  :: atomic { true -> GO_RELEASE(LEAVE, consumer_leave) }
#endif
  fi;

header_poll:
  atomic {
    word = cell[OFFSET(position)];
    AT(header_poll, OFFSET(position), word);
    IS_DELIVERED(false);
    ghost_look(position, word);
    if
    :: word == NOT_READY ->
       if
#ifdef CHANNEL
       :: mode == SINGLE && last_look -> GO_RELEASE(ENDS, abandoned_check)
       :: mode == SINGLE && !last_look -> GO_RELEASE_BEFORE_SLEEP
       :: mode != SINGLE -> GO_CAUGHT_UP
#else
       :: true -> GO_CAUGHT_UP
#endif
       fi
    :: word >= SKIP_BIT ->      /* passed over */
       ghost_read(position, SIZE(word)); position = PLUS(position, SIZE(word)); word = 0;
       if
       :: IS_EXACTLY_FULL -> then = LOOK; RELEASE
       :: else -> goto header_poll
       fi
    :: else ->
       if
       :: mode == BEHIND ->     /* the next read will look again */
          word = 0;
          if
          :: HELD_BACK >= THRESHOLD && HELD_BACK != 0 -> then = STOP; RELEASE
          :: else -> goto read
          fi
       :: mode == SINGLE ->
#ifdef CHANNEL
          if
          :: announced -> goto parked_withdrawn
          :: else
          fi;
#endif
          CONSUME
#ifdef CHUNKS
       :: mode == CHUNK ->
          deliver();
          if
          :: true -> GO_LOOK
          :: true -> GO_RELEASE(STOP, read)
          fi
#endif
       fi
    fi
  };

#ifdef FINE
#ifndef CLEARED
zero:                           /* of a single read: its record, and the skips before it */
  atomic { zero_consumed(); IS_DELIVERED(false); GO_LOOK };
zero_rest:                      /* of a release: what a chunk has read, or skips */
  atomic {
    zero_consumed(); IS_DELIVERED(false);
#ifdef BUG_head_before_zeroing
    goto read
#endif
  };
#endif
#endif
head_publish:
  atomic {
#ifndef CLEARED
#ifndef FINE
    if
    :: zeroed != position -> zero_consumed()
    :: else
    fi;
#endif
#endif
    AT(head_publish, 0, position);
    ghost_release(released, position);
#ifdef CLEARED
    zeroed = position;
#endif
    released = position;
    move_head(position);
    IS_DELIVERED(false);
    if
    :: then == LOOK -> then = 0; goto header_poll
    :: then == STOP -> then = 0; goto read
#ifdef CHANNEL
    :: then == ENDS -> then = 0;
       if
       :: last_look -> goto abandoned_check
       :: else -> goto senders_check
       fi
#endif
#ifdef CAN_LEAVE
    :: then == LEAVE -> goto consumer_leave
#endif
    fi
  };
#ifdef CHANNEL
#include "receiver.pml"
#endif
#ifdef CAN_LEAVE
consumer_leave:
  atomic { AT(consumer_leave, 0, 1); consumer_left = true }
#else
  skip
#endif
}
