# Clang calls libatomic for 64-bit atomics on some 32-bit processors (i686). The library is linked where a program needs it.
include_guard(GLOBAL)

function(logbuf_link_atomic target)
  if(NOT CMAKE_SIZEOF_VOID_P EQUAL 4)
    return()
  endif()
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS "${CMAKE_REQUIRED_FLAGS} ${CMAKE_CXX20_STANDARD_COMPILE_OPTION}")
  set(CMAKE_REQUIRED_QUIET ON)
  set(program "#include <atomic>
    #include <cstdint>
    alignas(8) std::uint64_t word;
    int main(int count, char**) {
      std::atomic_ref<std::uint64_t>(word).store(static_cast<std::uint64_t>(count));
      return static_cast<int>(std::atomic_ref<std::uint64_t>(word).load());
    }")
  check_cxx_source_compiles("${program}" LOGBUF_ATOMICS_LINK)
  if(LOGBUF_ATOMICS_LINK)
    return()
  endif()
  list(APPEND CMAKE_REQUIRED_LIBRARIES atomic)
  check_cxx_source_compiles("${program}" LOGBUF_ATOMICS_LINK_WITH_LIBATOMIC)
  if(NOT LOGBUF_ATOMICS_LINK_WITH_LIBATOMIC)
    message(FATAL_ERROR "logbuf: a program with 64-bit atomics does not link with ${CMAKE_CXX_COMPILER}, not even with -latomic: "
      "install libatomic for this target (Debian: libatomic1 and GCC's library folder), or compile with GCC")
  endif()
  target_link_libraries(${target} INTERFACE $<BUILD_INTERFACE:atomic>)  # who installs it finds out again, for its own machine
endfunction()
