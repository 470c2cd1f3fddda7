// The mistakes of one experiment, collected from everywhere so that they are reported together, each once.
#pragma once
#include <saddle/error.hpp>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace saddle {

class Mistakes {
 public:
  void add(Diagnostic d);
  void add(const Place& place, std::string path, std::string message, std::string hint = {});
  void add(const std::vector<Diagnostic>& all);
  bool empty() const { return all_.empty(); }
  size_t size() const { return all_.size(); }
  /// In the order of their places; sources in the order in which they first appear.
  std::vector<Diagnostic> sorted() const;
  /// Throws UserError if there are any.
  void throw_if_any() const;

 private:
  std::vector<Diagnostic> all_;
  std::set<std::tuple<std::string, int, int, std::string, std::string>> seen_;
};

}  // namespace saddle
