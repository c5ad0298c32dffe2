// The version, and a check that the compiler supports C++20. CMake, pkg-config and the packages read the version from here.
//
// Everything is in an inline namespace that is named after the ABI. The ABI number is raised when the layout of a type,
// or the protocol between the two ends of a ring, changes. A direct call of a C++ function that takes a ring of another ABI
// does not link. Nothing checks this across a C interface (docs/guides/versions.md).
#pragma once

// Two copies at different paths are one, but two versions are an error.
#if defined(LOGBUF_VERSION) && LOGBUF_VERSION != 100
#error "logbuf: two versions are included in one file, this one is 0.1.0: keep one of them on the include path"
#endif
#ifndef LOGBUF_VERSION_HPP
#define LOGBUF_VERSION_HPP

#define LOGBUF_VERSION_MAJOR 0         // raised when the interface breaks
#define LOGBUF_VERSION_MINOR 1         // raised when something is added; below 1.0 also when the interface breaks
#define LOGBUF_VERSION_PATCH 0         // raised otherwise
#define LOGBUF_VERSION_STRING "0.1.0"  // the three together
#define LOGBUF_ABI 0                   // the inline namespace is v0

// For comparisons: LOGBUF_VERSION >= 10200 means 1.2.0 or later.
#define LOGBUF_VERSION (LOGBUF_VERSION_MAJOR * 10000 + LOGBUF_VERSION_MINOR * 100 + LOGBUF_VERSION_PATCH)
#if LOGBUF_VERSION != 100
#error "logbuf: the check for two versions above names another version than this one"
#endif

#if __cplusplus < 202002L
#error "logbuf needs C++20: compile with -std=c++20 (CMake: target_compile_features(your_target PRIVATE cxx_std_20))"
#endif

#endif  // LOGBUF_VERSION_HPP
