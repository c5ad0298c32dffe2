# Clang calls libatomic for 64-bit atomics on some 32-bit processors (i686). The library is linked where a program needs it.
include_guard(GLOBAL)

function(logbuf_link_atomic target)
  if(NOT CMAKE_SIZEOF_VOID_P EQUAL 4 OR NOT CMAKE_CXX_COMPILER_LOADED)
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
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
    check_cxx_source_compiles("${program}" LOGBUF_ATOMICS_COMPILE)
    set(compiles ${LOGBUF_ATOMICS_COMPILE})
    # The next run asks again: by then the library may be there.
    unset(LOGBUF_ATOMICS_LINK CACHE)
    unset(LOGBUF_ATOMICS_LINK_WITH_LIBATOMIC CACHE)
    unset(LOGBUF_ATOMICS_COMPILE CACHE)
    if(compiles)
      message(FATAL_ERROR "logbuf: a program with 64-bit atomics does not link with ${CMAKE_CXX_COMPILER}, not even with "
        "-latomic: install libatomic for this target (in Debian it is in libgcc-VERSION-dev), or compile with GCC")
    endif()
    return()  # the compiler says what is wrong when it compiles the headers
  endif()
  target_link_libraries(${target} INTERFACE $<BUILD_INTERFACE:atomic>)  # who installs it finds out again, for its own machine
endfunction()
