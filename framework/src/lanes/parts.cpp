#include <saddle/objective.hpp>

namespace saddle {

std::string inexact_second_derivatives(const Parts& parts) {
  std::vector<const Plugin*> all = {parts.divergence, parts.generator, parts.head, parts.critic,
                                    parts.encoder};
  std::vector<std::string> names = {"divergence", "generator", "head", "critic", "encoder"};
  for (const Penalty* penalty : parts.penalties) all.push_back(penalty), names.emplace_back("penalty");
  for (const Constraint* constraint : parts.constraints)
    all.push_back(constraint), names.emplace_back("constraint");
  for (size_t i = 0; i < all.size(); ++i)
    if (const std::string what = all[i] ? all[i]->inexact_second_derivatives() : ""; !what.empty())
      return "those of the " + names[i] + " " + what;
  return {};
}

}  // namespace saddle
