#include "../../models/relacy/search.hpp"
