/* A producer: claim, commit and abort of protocol.hpp, step by step. With CHANNEL also a sender (sender.pml).
 *
 * Positions are taken modulo two capacities. A producer may stand between its load of the tail and its exchange for as long
 * as it likes while the others go on. So whoever moves the tail marks the loads of the others as stale: their exchange
 * fails, as in production, where a tail never comes back. Whoever moves head beyond a tail that waits to be held against
 * head marks it PASSED: production finds a negative distance. And a limit that the tail has left behind is as good as
 * none, and is kept at the tail. */

#define MINE (me - 1)
#define TO_LAP_END(p) (CAPACITY - OFFSET(p))

/* place(): the words of padding before the record, whether both fit, and what can be claimed without a look at head. */
#define PADDING(tail_seen) (stride <= TO_LAP_END(tail_seen) -> 0 : TO_LAP_END(tail_seen))
#ifdef BUG_free_space_too_large
#define ROOM (CAPACITY + 1)
#else
#define ROOM CAPACITY
#endif
#define FITS_IN(room, tail_seen, h) (DISTANCE(h, tail_seen) + PADDING(tail_seen) + stride + SPARE <= room)
#define FITS(tail_seen, h) FITS_IN(ROOM, tail_seen, h)
/* Below the limit there is no lap end, and so no padding. */
#define TAKEN(tail_seen) (beyond -> PADDING(tail_seen) : 0)
#define START(tail_seen) PLUS(tail_seen, PADDING(tail_seen))
#define FREE_BEHIND(h, p) (CAPACITY - SPARE - DISTANCE(h, p))
#ifdef BUG_limit_ignores_lap_end
#define LIMIT(h, p) PLUS(p, FREE_BEHIND(h, p))
#else
#define LIMIT(h, p) PLUS(p, (FREE_BEHIND(h, p) < TO_LAP_END(p) -> FREE_BEHIND(h, p) : TO_LAP_END(p)))
#endif

inline pick(n, least, most) {
  n = least;
  do
  :: n < (most) -> n++
  :: break
  od
}

/* The claim is made, behind the tail that was seen. */
inline take_claim(tail_seen) {
  padding = TAKEN(tail_seen);
  start = OFFSET(PLUS(tail_seen, padding));
  claimed = stride;
  ghost_claim(tail_seen, padding, claimed);
  stride = 0;
  IS_REFUSED(false)
}

inline answer_full() {
  HOLDS(full_is_true, !FITS_IN(CAPACITY, tail, head));
  stride = 0;
  IS_REFUSED(true)
}

#ifdef MPSC
inline move_tail(to) {
  d_step {
    k = 0;
    do
    :: k < PRODUCERS ->
       if
       :: k != MINE && from[k] != NONE ->
          stale[k] = true;
#ifndef BUG_exchange_result_ignored
          if :: new_limit[k] != NONE -> from[k] = NONE; new_limit[k] = NONE :: else fi
#endif
       :: else
       fi;
       if :: DISTANCE(tail, limit[k]) < DISTANCE(tail, to) -> limit[k] = to :: else fi;
       k++
    :: else -> break
    od;
    k = 0;
    tail = to
  }
}
inline forget_claim() { from[MINE] = NONE; new_limit[MINE] = NONE; stale[MINE] = false; beyond = false }
#endif

inline store_payload() {
  if
  :: claimed > 1 -> AT(payload, start + 1, claimed - 1); write_payload(start, claimed)
  :: else
  fi
}

#ifdef FINE
#define COARSE_PAYLOAD
#else
#define COARSE_PAYLOAD true; store_payload();
#endif

inline store_commit(words) {
  AT(commit_store, start, words);
#ifdef CLEARED
#ifdef BUG_cleared_at_commit
  cell[OFFSET(start + claimed)] = NOT_READY;
#endif
#endif
  ghost_publish(start, words, RECORD);
  cell[start] = words;
  unread++
}

/* What is left of a claim of which n words are committed. */
inline store_remainder() {
#ifndef BUG_short_commit_without_skip
  AT(remainder_store, start + n, SKIP(claimed - n));
  d_step {
    HOLDS(no_overwrite, ghost[start] == HELD + claimed);
    MARK(start, n, HELD);
    MARK(start + n, claimed - n, PASSABLE);
    cell[start + n] = SKIP(claimed - n)
  }
#else
  d_step { MARK(start, n, HELD); MARK(start + n, claimed - n, HELD) }
#endif
}

/* A batch: its first n words are one record, and the rest another, whose header is stored first. */
inline store_batched() {
  AT(batch_store, start + n, claimed - n);
  d_step {
    HOLDS(no_overwrite, ghost[start] == HELD + claimed);
    MARK(start, n, HELD);
    MARK(start + n, claimed - n, RECORD);
    cell[start + n] = claimed - n
  }
}

#ifndef MPSC
inline publish_tail() {
  AT(tail_publish, 0, PLUS(tail, TAKEN(tail) + stride));
  take_claim(tail);
  tail = PLUS(tail, padding + claimed);
  beyond = false
}
#ifdef CLEARED
#ifdef BUG_cleared_at_commit
#define AFTER_TAIL CLEARED_TAIL
#else
#define AFTER_TAIL goto clear_store
#endif
#ifdef BUG_cleared_after_padding
#define CLEARED_TAIL goto padding_store
#else
#define CLEARED_TAIL if :: padding != 0 -> goto clear_start :: else -> goto payload fi
#endif
#else
#ifdef BUG_spsc_padding_forgotten
#define AFTER_TAIL padding = 0; goto payload
#else
#define AFTER_TAIL if :: padding != 0 -> goto padding_store :: else -> goto payload fi
#endif
#endif
#ifdef CLEARED
/* The consumer will wait here: the word has to be this producer's. */
inline clear_header(p, state) {
  AT(clear_store, OFFSET(p), NOT_READY);
  HOLDS(no_overwrite, ghost[OFFSET(p)] == state);
  cell[OFFSET(p)] = NOT_READY
}
#endif
#endif

#ifdef CHANNEL
#define FINISHED goto parked_check
#define NEXT_CLAIM goto receiver_check
#else
#ifdef HOLD
#define FINISHED resumed = false; goto claim
#else
#define FINISHED goto claim
#endif
#define NEXT_CLAIM goto claim
#endif

proctype producer(byte me) {
  byte stride;                  /* what is to be claimed */
  byte padding, start, claimed; /* the claim: words before the record, the offset of its header, its words */
  byte n;                       /* what is committed of it */
  bool beyond;                  /* on the rare path: reserve_beyond_limit */
#ifdef HOLD
  byte held_start, held_claimed; /* a claim that stays open over another one */
  bool resumed;
#endif
#ifdef CHANNEL
  bool leaves;
#include "sender.pml"
#endif

claim:
#ifdef HOLD
  if
  :: held_claimed != 0 ->
     atomic { start = held_start; claimed = held_claimed; held_start = 0; held_claimed = 0; resumed = true; goto finish }
  :: true
  fi;
#endif

#ifdef MPSC
tail_load:
  atomic {
    if :: stride == 0 -> pick(stride, 1, LONGEST) :: else fi;
    AT(tail_load, 0, tail);
    if
    :: stride <= DISTANCE(tail, limit[MINE]) ->
       from[MINE] = tail; new_limit[MINE] = limit[MINE];
       goto tail_claim
    :: else -> goto tail_reload
    fi
  };
#ifdef BUG_head_before_tail
tail_reload:
  atomic { AT(head_refresh, 0, head); head_seen[MINE] = head };
head_refresh:
  atomic {
    AT(tail_reload, 0, tail);
    beyond = true; from[MINE] = tail;
    if
    :: FITS(tail, head_seen[MINE]) -> new_limit[MINE] = LIMIT(head_seen[MINE], START(tail)); goto tail_claim
    :: else -> answer_full(); forget_claim(); goto refused_claim
    fi
  };
#else
tail_reload:
  atomic {
    AT(tail_reload, 0, tail);
    beyond = true; from[MINE] = tail
  };
head_refresh:
  atomic {
    AT(head_refresh, 0, head);
    if
#ifdef BUG_stale_tail_believed
    :: from[MINE] == PASSED -> answer_full(); forget_claim(); goto refused_claim
#else
    :: from[MINE] == PASSED -> forget_claim(); goto tail_reload
#endif
    :: from[MINE] != PASSED && FITS(from[MINE], head) ->
       new_limit[MINE] = LIMIT(head, START(from[MINE]));
#ifdef BUG_padding_before_claim
       if :: PADDING(from[MINE]) != 0 -> padding = PADDING(from[MINE]); goto padding_store :: else fi;
#endif
       if
       :: stale[MINE] -> from[MINE] = NONE; new_limit[MINE] = NONE
       :: else
       fi;
       goto tail_claim
    :: from[MINE] != PASSED && !FITS(from[MINE], head) ->
       answer_full(); forget_claim(); goto refused_claim
    fi
  };
#endif
tail_claim:
  atomic {
    if
#ifdef BUG_exchange_result_ignored
    :: true ->
#else
    :: !stale[MINE] ->
#endif
       AT(tail_claim, 0, PLUS(from[MINE], TAKEN(from[MINE]) + stride));
       limit[MINE] = new_limit[MINE];
       take_claim(from[MINE]);
       move_tail(PLUS(from[MINE], padding + claimed));
       forget_claim();
#ifdef BUG_mpsc_padding_forgotten
       padding = 0;
#endif
#if LONGEST > 1
       if
       :: padding != 0 -> goto padding_store
       :: else -> goto payload
       fi
#else
       goto payload             /* records of one word fit everywhere */
#endif
#ifdef SPURIOUS
    :: true ->
#else
    :: stale[MINE] ->
#endif
       AT(tail_claim_lost, 0, 0);
       from[MINE] = NONE; new_limit[MINE] = NONE; stale[MINE] = false;
       if :: beyond -> goto tail_reload :: else -> goto tail_load fi
    fi
  };
#else
  atomic {
    if :: stride == 0 -> pick(stride, 1, LONGEST) :: else fi;
    if
    :: stride <= DISTANCE(tail, limit[MINE]) -> publish_tail(); AFTER_TAIL
    :: else ->
       AT(head_refresh, 0, head);
       if
       :: FITS(tail, head) -> limit[MINE] = LIMIT(head, START(tail)); beyond = true; goto tail_publish
       :: else -> answer_full(); goto refused_claim
       fi
    fi
  };
tail_publish:
  atomic { publish_tail(); AFTER_TAIL };
#ifdef CLEARED
clear_store:
  atomic {
    clear_header(tail, FREE);
    if
    :: padding != 0 -> CLEARED_TAIL
    :: else -> goto payload
    fi
  };
clear_start:                    /* before the padding that leads to it */
  atomic {
    clear_header(start, HELD + claimed);
#ifdef BUG_cleared_after_padding
    goto payload
#endif
  };
#endif
#endif

#if LONGEST > 1 || !defined(MPSC)
padding_store:
  atomic {
    AT(padding_store, CAPACITY - padding, SKIP(padding));
    ghost_publish(CAPACITY - padding, padding, PASSABLE);
    cell[CAPACITY - padding] = SKIP(padding);
    padding = 0;
#ifdef BUG_padding_before_claim
    goto tail_claim
#endif
#ifdef BUG_cleared_after_padding
    goto clear_start
#endif
  };
#endif

#ifdef BUG_commit_before_payload
payload:
  atomic { store_commit(claimed) };
late_payload:
  atomic {
    if :: claimed > 1 -> cell[start + 1] = PAYLOAD :: else fi;
    start = 0; claimed = 0; FINISHED
  };
#else
payload:
#ifdef FINE
  if
  :: atomic { claimed > 1 -> store_payload() }
  :: else
  fi;
#endif
#endif

finish:
  if
  :: atomic {
       COARSE_PAYLOAD
#ifdef BUG_notify_before_commit
       n = claimed; goto parked_check
#else
       store_commit(claimed); start = 0; claimed = 0; FINISHED
#endif
     }
#ifdef SHORTEN
  :: atomic {
       claimed > 1 ->
       COARSE_PAYLOAD
       pick(n, 1, claimed - 1);
#ifdef BUG_commit_before_remainder
       true; d_step { MARK(start, n, HELD); MARK(start + n, claimed - n, HELD) };
       goto commit_store
#else
       store_remainder(); goto commit_store
#endif
     }
#endif
#ifdef BATCH
  :: atomic {
       claimed > 1 ->
       COARSE_PAYLOAD
       pick(n, 1, claimed - 1);
#ifdef BUG_batch_publishes_last
       true; d_step { MARK(start, n, HELD); MARK(start + n, claimed - n, HELD) };
       goto commit_batch
#else
       store_batched(); goto commit_batch
#endif
     }
#endif
#ifdef ABORT
  :: atomic {
       COARSE_PAYLOAD
#ifndef BUG_abort_without_skip
       AT(abort_store, start, SKIP(claimed));
       ghost_publish(start, claimed, PASSABLE);
       cell[start] = SKIP(claimed);
#endif
       start = 0; claimed = 0;
#ifdef BUG_no_notify_on_abort
       goto receiver_check
#else
       FINISHED
#endif
     }
#endif
#ifdef HOLD
  :: atomic {
       held_claimed == 0 && !resumed ->
       COARSE_PAYLOAD
       held_start = start; held_claimed = claimed; start = 0; claimed = 0;
       NEXT_CLAIM
     }
#endif
  fi;

#ifdef BATCH
commit_batch:
  atomic {
    store_commit(n);
#ifdef BUG_batch_publishes_last
    unread++
  };
late_batch_store:
  atomic {
    AT(batch_store, start + n, claimed - n);
    ghost_publish(start + n, claimed - n, RECORD);
    cell[start + n] = claimed - n;
    start = 0; claimed = 0; n = 0; FINISHED
#else
    unread++;                   /* the second record */
    start = 0; claimed = 0; n = 0; FINISHED
#endif
  };
#endif

#ifdef SHORTEN
commit_store:                   /* of a shortened record */
  atomic {
#ifdef BUG_commit_before_remainder
    store_commit(n);
#else
    store_commit(n);
    start = 0; claimed = 0; n = 0; FINISHED
#endif
  };
#ifdef BUG_commit_before_remainder
remainder_store:
  atomic {
    AT(remainder_store, start + n, SKIP(claimed - n));
    ghost_publish(start + n, claimed - n, PASSABLE);
    cell[start + n] = SKIP(claimed - n);
    start = 0; claimed = 0; n = 0; FINISHED
  };
#endif
#endif

refused_claim:
  NEXT_CLAIM;

#ifdef CHANNEL
gone:
  skip
#endif
}
