// `extends: other.yaml`: maps are merged key by key, lists and scalars replaced; a part that becomes another
// plugin does not keep the parameters of the one before, and the values of an axis are replaced as a whole.
#pragma once
#include <saddle/value.hpp>

#include <memory>
#include <vector>

#include "config/mistakes.hpp"

namespace saddle {

using Sources = std::vector<std::shared_ptr<const Source>>;

/// The document with everything that it extends merged in, without the key `extends`. Adds the files that
/// were read, the nearest first.
ValuePtr with_extended(const ValuePtr& document, Mistakes& mistakes, Sources& files);

}  // namespace saddle
