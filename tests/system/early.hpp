// Ends that are global objects, which another file's initialiser assigns to and uses.
#pragma once

#include <logbuf/logbuf.hpp>

extern logbuf::mpsc::sender<> early_sender;
extern logbuf::spsc::producer<> early_producer;
extern logbuf::consumer<logbuf::default_traits> early_consumer;
extern logbuf::receiver<logbuf::default_traits> early_receiver;
extern logbuf::mpsc::producer<> untouched;
