// A plug-in that uses logbuf is unloaded by dlclose, and can be loaded again.
//
//   logbuf-unload-test PLUGIN
#include <dlfcn.h>

#include <string>

#include "check.hpp"

using namespace logbuf::test;

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: logbuf-unload-test PLUGIN\n"), 2;
  // A string, so that the C++ library is there before the plug-in: loaded with it, the library binds to the plug-in's copies of
  // std::string's functions (GCC makes them in C++20), and since it is never unloaded, neither is the plug-in.
  const std::string file = argv[1];
  for (int i = 0; i != 3; ++i) {
    void* const plugin = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) return std::printf("FAILED: %s\n", ::dlerror()), 1;
    const auto run = reinterpret_cast<int (*)()>(::dlsym(plugin, "run_plugin"));
    check(run != nullptr && run() == 16, "the plug-in works");
    check(::dlclose(plugin) == 0, "it is closed");
    check(::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD) == nullptr, "and is no longer loaded");
  }
  return finish();
}
