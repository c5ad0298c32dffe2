/* How a receiver waits: look_at_ends, announce_and_look and park of receiver.hpp. It looks, and looks, and parks. */

senders_check:
  atomic {
    AT(senders_check, 0, senders);
    IS_DELIVERED(false);
    if
#ifdef BUG_no_poll_after_senders_left
    :: senders == 0 -> goto abandoned_check
#else
    :: senders == 0 -> last_look = true; GO_LOOK   /* committed before the last sender left */
#endif
    :: else
    fi
  };
close_check:
  atomic {
    AT(close_check, 0, 0);
    if
#ifdef BUG_no_look_before_park
    :: goto parked_store
#else
    :: announced -> goto park
    :: !announced -> GO_LOOK
    :: !announced -> goto parked_store
#endif
    fi
  };
parked_store:
  atomic {
    AT(parked_store, 0, 1);
    parked = true; announced = true;
    AT(park_fence, 0, 0);       /* under sequential consistency it does nothing */
#ifdef BUG_no_look_before_park
    goto park
#else
    GO_LOOK
#endif
  };
park:
  atomic {
    AT(park, 0, parked);
    if
    :: parked -> asleep = true
    :: else -> goto unparked
    fi
  };
wake:
  if
  :: atomic { !asleep -> AT(wake, 0, 0) }
#ifdef SPURIOUS
  :: atomic { asleep -> AT(wake, 0, 0); asleep = false }
#endif
  fi;
unparked:
  atomic { AT(parked_store, 0, 0); parked = false; announced = false; GO_LOOK };

parked_withdrawn:               /* there is something, so it does not park */
  atomic {
    AT(parked_store, 0, 0);
    parked = false; announced = false;
    if
    :: last_look && word == NOT_READY -> goto report
    :: else -> deliver(); ZERO_RECORD
    fi
  };

abandoned_check:
  atomic {
    AT(abandoned_check, 0, tail);
    HOLDS(disconnect_is_true, senders == 0 && unread == 0 && tail == position);
    if
    :: announced -> last_look = true; goto parked_withdrawn
    :: else
    fi
  };
report:
  atomic { reported = true; GO_RELEASE(LEAVE, consumer_leave) };
