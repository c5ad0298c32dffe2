// A plug-in that uses logbuf is unloaded by dlclose, and can be loaded again.
//
//   logbuf-unload-test PLUGIN
#include <dlfcn.h>

#include "check.hpp"

using namespace logbuf::test;

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: logbuf-unload-test PLUGIN\n"), 2;
  for (int i = 0; i != 3; ++i) {
    void* const plugin = ::dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) return std::printf("FAILED: %s\n", ::dlerror()), 1;
    const auto run = reinterpret_cast<int (*)()>(::dlsym(plugin, "run_plugin"));
    check(run != nullptr && run() == 16, "the plug-in works");
    check(::dlclose(plugin) == 0, "it is closed");
    check(::dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == nullptr, "and is no longer loaded");
  }
  return finish();
}
