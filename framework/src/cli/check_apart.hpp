// A check in a process of its own: what a plugin does to it, it doesn't do to the report.
#pragma once
#include "check/check.hpp"

namespace saddle::cli {

/// As check::run; a crash is a finding.
check::Finding run_apart(const check::Check& check, const check::Subject& subject);

}  // namespace saddle::cli
