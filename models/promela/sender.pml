/* What a channel's sender does besides its claims: sender.hpp and channel_words::published(). */

receiver_check:
  if
  :: atomic {
       AT(receiver_check, 0, consumer_left);
       if
#ifndef BUG_departure_ignored
       :: consumer_left -> leaves = true; goto sender_drop
#endif
       :: else -> goto claim
       fi
     }
  :: leaves = true
  fi;

sender_drop:
  atomic {
    AT(sender_drop, 0, senders);
    senders--; IS_REFUSED(false); stride = 0;
    if
#ifndef BUG_no_notify_on_leave
    :: senders == 0 -> goto parked_check
#endif
    :: else -> goto gone
    fi
  };

parked_check:                   /* a light fence stands before it: under sequential consistency it does nothing */
  atomic {
    AT(notify_fence, 0, 0);
    AT(parked_check, 0, parked);
    if
    :: parked -> goto parked_claim
    :: else -> goto notified
    fi
  };
parked_claim:
  atomic {
    AT(parked_claim, 0, parked);
    if
    :: parked -> parked = false; goto unpark
    :: else -> goto notified    /* another sender does it */
    fi
  };
unpark:
  atomic {
    AT(unpark, 0, 0);
#ifndef BUG_flag_taken_without_wake
    asleep = false
#endif
  };
notified:
  if
  :: leaves -> goto gone
#ifdef BUG_notify_before_commit
  :: !leaves && n != 0 -> atomic { store_commit(n); start = 0; claimed = 0; n = 0; goto receiver_check }
#endif
  :: !leaves && n == 0 -> goto receiver_check
  fi;
