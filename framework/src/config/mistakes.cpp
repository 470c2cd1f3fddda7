#include "config/mistakes.hpp"

#include <algorithm>

namespace saddle {

void Mistakes::add(Diagnostic d) {
  const std::string source = d.place.source ? d.place.source->name + "\n" + (d.place.line ? "" : "?") : "";
  if (seen_.insert({source, d.place.line, d.place.column, d.path, d.message}).second)
    all_.push_back(std::move(d));
}

void Mistakes::add(const Place& place, std::string path, std::string message, std::string hint) {
  add(Diagnostic{place, std::move(path), std::move(message), std::move(hint)});
}

void Mistakes::add(const std::vector<Diagnostic>& all) {
  for (const Diagnostic& d : all) add(d);
}

std::vector<Diagnostic> Mistakes::sorted() const {
  std::map<const Source*, int> order;
  for (const Diagnostic& d : all_) order.emplace(d.place.source.get(), static_cast<int>(order.size()));
  std::vector<Diagnostic> result = all_;
  auto key = [&](const Diagnostic& d) {
    return std::make_tuple(order.at(d.place.source.get()), d.place.line, d.place.column);
  };
  std::stable_sort(result.begin(), result.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  return result;
}

void Mistakes::throw_if_any() const {
  if (!empty()) throw UserError(sorted());
}

}  // namespace saddle
