// A divergence that is right, for specimens that are wrong in something else.
#pragma once
#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Specimen final : public FDivergence {
 public:
  static void describe(Schema<Specimen>& s) { s.summary("Kullback-Leibler divergence, as a specimen."); }
  Tensor f(const Tensor& u) const override { return u * u.log(); }
  Tensor real_term(const Tensor& v) const override { return v; }
  Tensor fake_term(const Tensor& v) const override { return (v - 1).exp(); }
};

// The manifest that SADDLE_PLUGIN would make, with another stamp.
[[maybe_unused]] const Manifest* manifest_with(AbiStamp stamp) {
  static constexpr PluginEntry entries[] = {entry<Specimen>("specimen", __FILE__)};
  static Manifest manifest;
  manifest = {stamp, entries, 1};
  return &manifest;
}
}  // namespace
