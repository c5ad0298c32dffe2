// Where the threads of a bench run.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <vector>

namespace bench {

// The processors that this process may use: asked once, before a thread is bound.
inline const std::vector<int>& processors() {
  static const std::vector<int> all = [] {
    std::vector<int> found;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
      for (int i = 0; i != CPU_SETSIZE; ++i)
        if (CPU_ISSET(i, &set)) found.push_back(i);
    return found;
  }();
  return all;
}

// Binds the calling thread.
inline void pin(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Lets the calling thread run anywhere again.
inline void unpin() {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors()) CPU_SET(processor, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

}  // namespace bench
