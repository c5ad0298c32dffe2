/* A trace of the production headers, replayed: a step of the model is taken only if it is the next one of the trace, by the
 * same thread, at the same site, with the same offset and value. What the trace does not say (the size of the record that is
 * wanted, whether a chunk goes on) the search finds out. The trace is accepted when some run of the model takes all of it:
 * then the assertion in accept() fails, which is what the runner waits for. sites.pml numbers the sites; it is generated from
 * the table of ordering sites, so that a name which is none does not compile. */
#include "sites.pml"

#define LONGEST_TRACE 20000
hidden short trace_who[LONGEST_TRACE];
hidden short trace_site[LONGEST_TRACE];
hidden short trace_where[LONGEST_TRACE];
hidden short trace_value[LONGEST_TRACE];
hidden int trace_length;
int taken;                      /* steps of the trace */

#define AT(site, where, value) \
  taken < trace_length && trace_who[taken] == me && trace_site[taken] == SITE_##site && \
  trace_where[taken] == (where) && trace_value[taken] == (value); \
  taken++; c_code { if (now.taken > furthest) furthest = now.taken; }

c_code {
  static int furthest;          /* the most steps that a run has taken */
  static void tell_furthest(void) { printf("taken %d of %d\n", furthest, trace_length); }
};

/* The file of numbers that LOGBUF_TRACE names. */
inline read_trace() {
  c_code {
    FILE *in = fopen(getenv("LOGBUF_TRACE") != 0 ? getenv("LOGBUF_TRACE") : "", "r");
    if (in == 0) { printf("LOGBUF_TRACE names no file\n"); exit(2); }
    while (trace_length < 20000 && fscanf(in, "%hd %hd %hd %hd", &trace_who[trace_length], &trace_site[trace_length],
                                          &trace_where[trace_length], &trace_value[trace_length]) == 4)
      trace_length++;
    fclose(in);
    atexit(tell_furthest);
  }
}

bool accepted;
proctype accept() { atomic { taken == trace_length -> accepted = true; assert(!accepted) } }
