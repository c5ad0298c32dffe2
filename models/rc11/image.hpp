// Pieces of memory as they were at one time, to be put back.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

namespace logbuf::models::rc11 {

class image {
 public:
  void clear() {
    pieces_.clear();
    used_ = 0;
  }
  void add(void* from, std::size_t bytes) {
    if (used_ + bytes > capacity_) grow(used_ + bytes);
    std::memcpy(bytes_.get() + used_, from, bytes);
    pieces_.push_back({from, bytes});
    used_ += bytes;
  }
  void put_back() const {
    const std::byte* from = bytes_.get();
    for (const piece& p : pieces_) {
      std::memcpy(p.where, from, p.bytes);
      from += p.bytes;
    }
  }

 private:
  struct piece {
    void* where;
    std::size_t bytes;
  };
  void grow(std::size_t needed) {
    capacity_ = 2 * needed;
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    if (used_ != 0) std::memcpy(larger.get(), bytes_.get(), used_);
    bytes_ = std::move(larger);
  }

  std::vector<piece> pieces_;
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t used_ = 0, capacity_ = 0;
};

}  // namespace logbuf::models::rc11
