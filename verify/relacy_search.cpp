#include "../models/relacy_search.hpp"
