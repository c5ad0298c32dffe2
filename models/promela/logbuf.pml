/* logbuf at the level of its accesses to shared memory. README.md says what this shows and how to run it. */
#include "ring.pml"
#include "producer.pml"
#include "consumer.pml"

init {
  byte p = 1;
  atomic {
#ifdef TRACE
    read_trace();
    run accept();
#endif
    run consumer(0);
    do
    :: p <= PRODUCERS -> run producer(p); p++
    :: else -> break
    od
  }
}

#ifdef LIVENESS
#ifdef CHANNEL
#define READER_IS_THERE !consumer_left
#else
#define READER_IS_THERE true
#endif
/* Records come in order (once_in_order): if some are always delivered, each is. */
ltl always_delivered { []<> (unread == 0 || delivered || !(READER_IS_THERE)) }
#if PRODUCERS == 1
ltl full_is_not_for_ever { []<> (!refused[0]) }
#elif PRODUCERS == 2
ltl full_is_not_for_ever { []<> (!refused[0] || !refused[1]) }
#endif
#ifdef CHANNEL
ltl always_woken { []<> (!asleep || unread == 0) }
ltl disconnect_is_reported { []<> (senders != 0 || reported || consumer_left) }
ltl departure_is_noticed { []<> (!consumer_left || senders == 0) }
#endif
#endif
