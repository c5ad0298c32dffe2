// A thread of the program that is explored: a stack, and a place to go on from. It is started anew, or put back to where it
// was (image), for each execution, and what was left on its stack is not unwound: an execution may end with its threads in
// the middle of anything.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <utility>

#include <cxxabi.h>

#include <boost/context/detail/fcontext.hpp>
#include <sys/mman.h>

#include "image.hpp"

// Of the Itanium C++ ABI; libc++ does not declare it.
namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept;
}  // namespace __cxxabiv1

namespace logbuf::models::rc11 {

class fiber {
 public:
  static constexpr std::size_t stack_size = 256 * 1024, guard_size = 4096;

  fiber() = default;
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;
  ~fiber() {
    if (stack_ != nullptr) ::munmap(stack_, stack_size + guard_size);
  }

  // `body` must not return: its last act is a suspend() that is not resumed.
  using function = void (*)();
  void start(function body) {
    if (stack_ == nullptr) {
      void* const memory = ::mmap(nullptr, stack_size + guard_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED || ::mprotect(memory, guard_size, PROT_NONE) != 0) std::abort();
      stack_ = static_cast<std::byte*>(memory);
    }
    body_ = body;
    exceptions_ = {};
    inside_ = boost::context::detail::make_fcontext(stack_ + guard_size + stack_size, stack_size, &entry);
  }

  void resume() {
    exceptions& here = of_system_thread();
    std::swap(here, exceptions_);
    inside_ = boost::context::detail::jump_fcontext(inside_, this).fctx;
    std::swap(here, exceptions_);
  }
  // Called on the fiber itself.
  void suspend() { outside_ = boost::context::detail::jump_fcontext(outside_, nullptr).fctx; }

  // Suspended while an exception is thrown or handled. What that is made of is not on the stack, and can not be put back.
  bool has_exceptions() const { return exceptions_.caught != nullptr || exceptions_.uncaught != 0; }
  // Of a fiber that is suspended: where it goes on, which is the top of its stack, and the stack from there.
  void save(image& to) {
    to.add(&inside_, sizeof inside_);
    to.add(&exceptions_, sizeof exceptions_);
    to.add(inside_, static_cast<std::size_t>(stack_ + guard_size + stack_size - static_cast<std::byte*>(inside_)));
  }

 private:
  // What the runtime library keeps for each thread of the system, and a fiber has to have for itself.
  struct exceptions {
    void* caught = nullptr;
    unsigned uncaught = 0;
  };
  static exceptions& of_system_thread() { return *reinterpret_cast<exceptions*>(__cxxabiv1::__cxa_get_globals()); }

  static void entry(boost::context::detail::transfer_t from) {
    auto& self = *static_cast<fiber*>(from.data);
    self.outside_ = from.fctx;
    self.body_();
    std::abort();
  }

  std::byte* stack_ = nullptr;
  function body_ = nullptr;
  exceptions exceptions_;
  boost::context::detail::fcontext_t inside_ = nullptr, outside_ = nullptr;
};

}  // namespace logbuf::models::rc11
