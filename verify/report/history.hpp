// The failing execution in the terms of the protocol.
#pragma once

#include <string>
#include <vector>

#include "../runner/result.hpp"

namespace logbuf::verify {

// Of the execution that the session holds; the last thread is the consumer.
std::string print_history(unsigned threads);
std::vector<history_step> history_steps();

const char* order_name(int order);

}  // namespace logbuf::verify
