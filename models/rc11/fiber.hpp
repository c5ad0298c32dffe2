// A thread of the program that is explored: a stack, and a place to go on from. It is started anew, or put back to where it
// was (image), for each execution, and what was left on its stack is not unwound: an execution may end with its threads in
// the middle of anything.
#pragma once

#include <cstddef>
#include <cstdlib>

#include <boost/context/detail/fcontext.hpp>
#include <sys/mman.h>

#include "image.hpp"

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
    inside_ = boost::context::detail::make_fcontext(stack_ + guard_size + stack_size, stack_size, &entry);
  }

  void resume() { inside_ = boost::context::detail::jump_fcontext(inside_, this).fctx; }
  // Called on the fiber itself.
  void suspend() { outside_ = boost::context::detail::jump_fcontext(outside_, nullptr).fctx; }

  // Of a fiber that is suspended: where it goes on, which is the top of its stack, and the stack from there.
  void save(image& to) {
    to.add(&inside_, sizeof inside_);
    to.add(inside_, static_cast<std::size_t>(stack_ + guard_size + stack_size - static_cast<std::byte*>(inside_)));
  }

 private:
  static void entry(boost::context::detail::transfer_t from) {
    auto& self = *static_cast<fiber*>(from.data);
    self.outside_ = from.fctx;
    self.body_();
    std::abort();
  }

  std::byte* stack_ = nullptr;
  function body_ = nullptr;
  boost::context::detail::fcontext_t inside_ = nullptr, outside_ = nullptr;
};

}  // namespace logbuf::models::rc11
