#include "analysis/compare.hpp"

#include "analysis/comparison.hpp"

#include <set>
#include <utility>

namespace saddle::analysis {

std::string compare(const std::vector<ComparedStore>& stores, const CompareOptions& options) {
  Comparison comparison;
  comparison.all = observe(stores);
  comparison.selection = select(comparison.all, options.rows, options.cols, options.metrics);
  comparison.grid = make_grid(comparison.all, comparison.selection);
  switch (options.format) {
    case Format::csv:
      return tidy_csv(comparison);
    case Format::json:
      return structured_json(comparison);
    default:
      return readable(comparison, options.format, options.width);
  }
}

std::string compare(const std::vector<store::Store>& stores, const CompareOptions& options) {
  std::vector<ComparedStore> compared;
  compared.reserve(stores.size());
  std::set<std::string> names;
  bool unique = true;
  for (const store::Store& store : stores) unique = names.insert(store.name()).second && unique;
  for (const store::Store& store : stores)
    compared.push_back(
        {unique ? store.name() : store.paths().base.string(), store.plan().experiment, store.table()});
  return compare(compared, options);
}

}  // namespace saddle::analysis
