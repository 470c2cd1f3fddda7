// When a parameter means something.
#pragma once
#include <saddle/export.hpp>
#include <saddle/schema.hpp>

#include <map>
#include <string>

namespace saddle {

/// "only with likelihood: gaussian".
SADDLE_API std::string condition_text(const OnlyWhen&);

/// `texts`: the canonical texts of the parameters described before, by name, defaults where they don't count.
SADDLE_API bool holds(const OnlyWhen&, const std::map<std::string, std::string>& texts);

}  // namespace saddle
