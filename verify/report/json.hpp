// Results as JSON, for the report and between processes.
#pragma once

#include <nlohmann/json.hpp>

#include "../runner/result.hpp"

namespace logbuf::verify {

nlohmann::json to_json(const result& r);
result from_json(const nlohmann::json& j);

}  // namespace logbuf::verify
