// Initialised before any code runs, whatever the order of the files.
#include "early.hpp"

constinit logbuf::mpsc::sender<> early_sender;
constinit logbuf::spsc::producer<> early_producer;
constinit logbuf::consumer<logbuf::default_traits> early_consumer;
constinit logbuf::receiver<logbuf::default_traits> early_receiver;
logbuf::mpsc::producer<> untouched;  // without the word it is the same

constinit logbuf::spsc::producer<>::claim_type early_write_claim;
constinit logbuf::read_claim<logbuf::default_traits> early_read_claim;
constinit logbuf::receiver<logbuf::default_traits>::iterator early_iterator;
constinit logbuf::memory early_memory;
constinit logbuf::options early_options;
