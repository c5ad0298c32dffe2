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
#ifdef BUG_head_before_zeroing
#define LATE 5
#endif

/* The jump to the next look: a chunk is given back first. */
#define GO_LOOK \
  if \
  :: mode == CHUNK && HELD_BACK != 0 && 4 * HELD_BACK >= CAPACITY -> then = LOOK; goto head_publish \
  :: else -> goto header_poll \
  fi

#define GO_RELEASE(next, label) \
  if \
  :: position != released -> then = next; goto head_publish \
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
/* Of the n words before the position, which do not go across the end. */
inline zero_passed() {
#ifndef CLEARED
  AT(zero, OFFSET(PLUS(position, POSITIONS - n)), n);
  zero_words(OFFSET(PLUS(position, POSITIONS - n)), ZEROED(n));
#endif
  n = 0
}

inline deliver() {
  ghost_read(position, word);
  n = word;
  position = PLUS(position, word); word = 0;
  unread--;
#ifdef CHANNEL
  last_look = false;
#endif
  IS_DELIVERED(true)
}

/* A record is zeroed when it was handled: a step of its own where every step is. */
#ifdef FINE
#ifdef CLEARED
#define ZERO_RECORD n = 0; AFTER_RECORD
#else
#ifdef BUG_head_before_zeroing
#define ZERO_RECORD then = LATE; goto head_publish
#else
#define ZERO_RECORD goto zero
#endif
#endif
#else
#define ZERO_RECORD zero_passed(); AFTER_RECORD
#endif
/* A single read looks behind its record; a chunk goes on or ends. */
#define AFTER_RECORD \
  if \
  :: mode != CHUNK -> mode = BEHIND; GO_LOOK \
  :: mode == CHUNK -> GO_LOOK \
  :: mode == CHUNK -> GO_RELEASE(STOP, read) \
  fi
#ifdef FINE
#ifndef CLEARED
#define ZERO_SKIP goto zero_skip
#endif
#endif
#ifndef ZERO_SKIP
#define ZERO_SKIP zero_passed(); goto header_poll
#endif

proctype consumer(byte me) {
  byte word;
  byte n;                       /* words that were passed, and are not zeroed yet */
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
       ghost_read(position, SIZE(word)); n = SIZE(word); position = PLUS(position, n); word = 0;
       ZERO_SKIP
    :: else ->
       if
       :: mode == BEHIND ->     /* the next read will look again */
          word = 0;
          if
          :: HELD_BACK >= THRESHOLD && HELD_BACK != 0 -> then = STOP; goto head_publish
          :: else -> goto read
          fi
       :: mode == SINGLE ->
#ifdef CHANNEL
          if
          :: announced -> goto parked_withdrawn
          :: else
          fi;
#endif
          deliver(); ZERO_RECORD
#ifdef CHUNKS
       :: mode == CHUNK -> deliver(); ZERO_RECORD
#endif
       fi
    fi
  };

#ifdef FINE
#ifndef CLEARED
zero:
  atomic { zero_passed(); IS_DELIVERED(false); AFTER_RECORD };
zero_skip:
  atomic {
#ifdef BUG_skip_not_zeroed
    n = 0;
#else
    zero_passed();
#endif
    goto header_poll
  };
#endif
#endif
head_publish:
  atomic {
    AT(head_publish, 0, position);
    ghost_release(released, position);
    released = position;
    move_head(position);
    IS_DELIVERED(false);
    if
    :: then == LOOK -> then = 0; goto header_poll
    :: then == STOP -> then = 0; goto read
#ifdef BUG_head_before_zeroing
    :: then == LATE -> then = 0; goto zero
#endif
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
