/* The shared words of a ring, and the ghost that judges what happens to them.
 *
 * A position is a number of words (8 bytes) modulo two capacities: whatever is live lies between head and
 * head + CAPACITY, so that a distance says everything. What production may hold for longer, a tail or a limit that others
 * have left behind, can only be found to be too old. It is kept as a mark that says so (see the top of producer.pml).
 */

/* ---- configuration: spin -DNAME=value ---- */
#ifndef CAPACITY
#define CAPACITY 4              /* words; a power of two */
#endif
#ifndef PRODUCERS
#define PRODUCERS 1
#endif
#ifndef THRESHOLD
#define THRESHOLD 1             /* words that single reads hold back */
#endif
#ifndef LONGEST
#define LONGEST (CAPACITY / 2)  /* words of a record, header included */
#endif
#ifdef CHANNEL
#define CAN_LEAVE
#endif
#ifdef CONSUMER_LEAVES          /* at any time, not only when it was told that the senders are gone */
#define CAN_LEAVE
#endif
#ifdef CLEARED                  /* zeroing::by_producer: one spare word behind every claim */
#ifdef BUG_no_spare_word
#define SPARE 0
#else
#define SPARE 1
#endif
#else
#define SPARE 0
#endif

/* ---- steps ----
 * AT(site, where, value) is one access of the production code, by its name in ordering.hpp: the offset of a header word or
 * 0 for a control word, and the value that is read or written. A trail is printed in these. When a recorded trace is
 * replayed (TRACE) the step can be taken only if it is the next one of the trace. Accesses that are not ordering sites are
 * called payload, zero, park, wake and unpark. */
#define TEXT(x) #x
#ifdef TRACE
#include "trace.pml"
#else
#define AT(site, where, value) printf(TEXT(%d site %d %d\n), me, where, value)
#endif

/* ---- the words ---- */
#define POSITIONS (2 * CAPACITY)
#define PLUS(p, n) (((p) + (n)) % POSITIONS)
#define DISTANCE(from, to) (((to) + POSITIONS - (from)) % POSITIONS)
#define OFFSET(p) ((p) % CAPACITY)

#define NOT_READY 0             /* 1 .. CAPACITY/2: a record of so many words */
#define SKIP_BIT 32
#define SKIP(n) (SKIP_BIT + (n))
#define PAYLOAD 64              /* never a header: a poll that finds it has read bytes that were not zeroed */
#define SIZE(word) ((word) % SKIP_BIT)

byte cell[CAPACITY];            /* the buffer: header words and payload */
byte tail, head;
byte limit[PRODUCERS];          /* producer_cursor::limit */
#ifdef MPSC
#define NONE 255
#define PASSED 254
byte from[PRODUCERS] = NONE;    /* the tail that a claim has loaded */
bool stale[PRODUCERS];          /* the tail has moved since */
byte new_limit[PRODUCERS] = NONE; /* the limit, once the exchange is won */
#ifdef BUG_head_before_tail
byte head_seen[PRODUCERS];
#endif
#endif
byte position, released;        /* consumer_cursor */
#ifdef CHANNEL
bool parked, asleep;            /* the flag; and whether the receiver sleeps */
byte senders = PRODUCERS;
bool reported;                  /* the receiver has reported `disconnected` */
#endif
#ifdef CAN_LEAVE
bool consumer_left;
#endif

/* ---- the ghost ----
 * For each word of the buffer, what the protocol has promised about it. The claims lie one behind the other, so this is the
 * sequential queue: a region is claimed at its end, and delivered at its front, once. The first word of a region has its
 * length. Since nothing depends on the bytes of a record, the ghost does not have to tell records apart. */
#define FREE 0
#define HELD 16                 /* claimed, and neither committed nor aborted */
#define RECORD 32               /* committed, and not read */
#define PASSABLE 48             /* a skip that was not passed over yet */
#define READ 64                 /* read or passed over, and not released */
#define STATE(g) ((g) & 112)
byte ghost[CAPACITY];
byte unread;                    /* records */
#ifdef LIVENESS
bool refused[PRODUCERS];        /* the last claim returned `full` */
bool delivered;                 /* the step just taken has delivered a record */
#define IS_REFUSED(answer) refused[MINE] = answer
#define IS_DELIVERED(answer) delivered = answer
#else
#define IS_REFUSED(answer) skip
#define IS_DELIVERED(answer) skip
#endif

byte i, k;                      /* of the loops in d_step; 0 between them */

/* The safety properties. Each is true until it is found not to hold, and has its name from what a user would see. */
bool no_overwrite = true;       /* only its owner writes a word: claims take free words, zeroing takes read ones */
bool no_skip_delivered = true;  /* aborted, padding, unfinished: never delivered */
bool once_in_order = true;      /* the consumer takes the front of the queue, whole, and once */
bool payload_first = true;      /* a delivered record has its payload */
bool zero_invariant = true;     /* released words are zero (CLEARED: the word at tail is) */
bool full_is_true = true;       /* `full` is returned when there is too little space */
bool empty_is_true = true;      /* `empty` is returned when nothing can be read */
bool in_one_piece = true;       /* a record does not go across the end of the buffer */
#ifdef CHANNEL
bool disconnect_is_true = true; /* `disconnected` is returned when no sender is left and everything was delivered */
#endif
#define HOLDS(property, condition) property = (condition); assert(property)

/* Marks n words from p on. */
#define MARK(p, n, state) \
  k = 0; do :: k < (n) -> ghost[OFFSET(PLUS(p, k))] = (state) + (k == 0 -> (n) : 0); k++ :: else -> break od; k = 0

inline ghost_claim(p, padding, n) {
  d_step {
    HOLDS(in_one_piece, OFFSET(PLUS(p, padding)) + n <= CAPACITY);
    i = 0;
    do
    :: i < padding + n + SPARE ->
       HOLDS(no_overwrite, ghost[OFFSET(PLUS(p, i))] == FREE);
#ifndef CLEARED
       HOLDS(zero_invariant, cell[OFFSET(PLUS(p, i))] == NOT_READY);
#endif
       i++
    :: else -> break
    od;
    i = 0;
    MARK(p, padding, HELD);
    MARK(PLUS(p, padding), n, HELD)
  }
}

/* A header store of the producer that holds the region of n words at p. */
inline ghost_publish(p, words, state) {
  d_step {
    HOLDS(no_overwrite, ghost[OFFSET(p)] == HELD + (words));
    MARK(p, words, state)
  }
}

inline write_payload(p, n) {
  d_step {
    i = 1;
    do
    :: i < n ->
       HOLDS(no_overwrite, ghost[OFFSET(PLUS(p, i))] == HELD);
       cell[OFFSET(PLUS(p, i))] = PAYLOAD;
       i++
    :: else -> break
    od;
    i = 0
  }
}

/* The consumer sees this word at p: is it the front of the queue? */
inline ghost_look(p, word) {
  d_step {
    if
    :: word == NOT_READY ->
       HOLDS(empty_is_true, STATE(ghost[OFFSET(p)]) != RECORD && STATE(ghost[OFFSET(p)]) != PASSABLE)
    :: word >= SKIP_BIT && word < PAYLOAD ->
       HOLDS(once_in_order, ghost[OFFSET(p)] == PASSABLE + SIZE(word))
    :: word != NOT_READY && (word < SKIP_BIT || word >= PAYLOAD) ->
       HOLDS(no_skip_delivered, STATE(ghost[OFFSET(p)]) != PASSABLE && STATE(ghost[OFFSET(p)]) != HELD);
       HOLDS(once_in_order, ghost[OFFSET(p)] == RECORD + word);
       i = 1;
       do
       :: i < word -> HOLDS(payload_first, cell[OFFSET(PLUS(p, i))] == PAYLOAD); i++
       :: else -> break
       od;
       i = 0
    fi;
    i = 0
  }
}

inline ghost_read(p, n) {
  d_step { MARK(p, n, READ) }
}

/* Of a piece that does not go across the end. */
inline zero_words(offset, words) {
  d_step {
    i = 0;
    do
    :: i < words -> HOLDS(no_overwrite, STATE(ghost[offset + i]) == READ); cell[offset + i] = NOT_READY; i++
    :: else -> break
    od;
    i = 0
  }
}

inline ghost_release(first, last) {
  d_step {
    i = 0;
    do
    :: i < DISTANCE(first, last) ->
       HOLDS(no_overwrite, STATE(ghost[OFFSET(PLUS(first, i))]) == READ);
#ifndef CLEARED
       HOLDS(zero_invariant, cell[OFFSET(PLUS(first, i))] == NOT_READY);
#endif
       ghost[OFFSET(PLUS(first, i))] = FREE;
       i++
    :: else -> break
    od;
    i = 0
  }
}

/* Only distances count: when head begins a new lap, every position is moved back by one, so that states which differ in
 * nothing else are one. Not of a trace, whose positions are what they are. */
#define MOVED_BACK(p) p = (p < POSITIONS -> PLUS(p, CAPACITY) : p)
inline move_head(to) {
  d_step {
#ifdef MPSC
    k = 0;
    do
    :: k < PRODUCERS ->
       if
       :: from[k] < POSITIONS && new_limit[k] == NONE && DISTANCE(head, from[k]) < DISTANCE(head, to) -> from[k] = PASSED
       :: else
       fi;
       k++
    :: else -> break
    od;
#endif
    head = to;
#ifndef TRACE
    if
    :: head >= CAPACITY ->
       head = PLUS(head, CAPACITY); tail = PLUS(tail, CAPACITY);
       position = PLUS(position, CAPACITY); released = PLUS(released, CAPACITY);
       k = 0;
       do
       :: k < PRODUCERS ->
          MOVED_BACK(limit[k]);
#ifdef MPSC
          MOVED_BACK(from[k]); MOVED_BACK(new_limit[k]);
#endif
          k++
       :: else -> break
       od
    :: else
    fi;
#endif
    k = 0
  }
}
