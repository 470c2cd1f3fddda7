// What a plugin's source includes: every kind, and the manifest by which a library answers what is in it.
//
// A library announces nothing by itself (no static registration). It exports one C function that returns a
// constant manifest, whose first field is the ABI stamp: sizes and versions that are compared before anything
// else is read.
#pragma once
#include <ATen/ATen.h>
#include <torch/version.h>
#include <saddle/average.hpp>
#include <saddle/constraint.hpp>
#include <saddle/data.hpp>
#include <saddle/distributions.hpp>
#include <saddle/divergence.hpp>
#include <saddle/dynamics.hpp>
#include <saddle/fingerprint.hpp>
#include <saddle/game.hpp>
#include <saddle/head.hpp>
#include <saddle/kind.hpp>
#include <saddle/lanes.hpp>
#include <saddle/layers.hpp>
#include <saddle/metric.hpp>
#include <saddle/minibatch.hpp>
#include <saddle/network.hpp>
#include <saddle/nn.hpp>
#include <saddle/objective.hpp>
#include <saddle/ops.hpp>
#include <saddle/optimizer.hpp>
#include <saddle/packing.hpp>
#include <saddle/penalty.hpp>
#include <saddle/prior.hpp>
#include <saddle/recurrent.hpp>
#include <saddle/schedule.hpp>
#include <saddle/schema.hpp>
#include <saddle/simplex.hpp>

#include <iterator>
#include <string>
#include <type_traits>

#ifndef SADDLE_API_VERSION
#define SADDLE_API_VERSION 1
#endif

namespace saddle {

/// Plain C, readable before anything else in the library is trusted. Only ever grows at the end.
struct AbiStamp {
  uint32_t bytes;
  uint32_t api;
  const char* torch;
  const char* compiler;
  const char* headers;
  uint32_t cxx11_abi, tensor_bytes, string_bytes;
};

constexpr AbiStamp this_abi() {
  return {sizeof(AbiStamp), SADDLE_API_VERSION,     TORCH_VERSION,      __VERSION__,
          SADDLE_HEADERS,   _GLIBCXX_USE_CXX11_ABI, sizeof(at::Tensor), sizeof(std::string)};
}

struct PluginEntry {
  Kind kind;
  const char* name;
  const char* source;         ///< the file it was compiled from
  SchemaBase* (*describe)();  ///< a new schema
  void* (*create)();          ///< a new object, most derived
  Plugin* (*as_plugin)(void* most_derived);
  void* (*as_kind)(void* most_derived);  ///< to the class of its kind
};

struct Manifest {
  AbiStamp abi;
  const PluginEntry* entries;
  uint32_t count;
};

template <class T>
constexpr PluginEntry entry(const char* name, const char* source) {
  static_assert(
      requires { typename T::KindClass; },
      "a plugin derives from the class of its kind: Data, Prior, Generator, …");
  static_assert(!std::is_abstract_v<T>, "the plugin leaves a pure virtual function of its kind unwritten");
  static_assert(std::is_default_constructible_v<T>, "plugins are built empty, then given their parameters");
  return {T::kind,
          name,
          source,
          []() -> SchemaBase* {
            auto* s = new Schema<T>;
            T::describe(*s);
            if constexpr (std::is_base_of_v<FDivergence, T>) describe_f_divergence(*s);
            if constexpr (std::is_base_of_v<Penalty, T>) describe_penalty(*s);
            if constexpr (std::is_base_of_v<Schedule, T>) describe_schedule(*s);
            if constexpr (std::is_base_of_v<Average, T>) describe_average(*s);
            return s;
          },
          []() -> void* { return new T; },
          [](void* p) -> Plugin* { return static_cast<T*>(p); },
          [](void* p) -> void* { return static_cast<typename T::KindClass*>(static_cast<T*>(p)); }};
}

}  // namespace saddle

/// SADDLE_PLUGIN(Class, "name"): the library's only plugin.
#define SADDLE_PLUGIN(Class, name) SADDLE_PLUGINS(::saddle::entry<Class>(name, __FILE__))
/// SADDLE_PLUGINS(entry<A>("a", __FILE__), …): several in one library.
#define SADDLE_PLUGINS(...)                                                                          \
  extern "C" SADDLE_API const ::saddle::Manifest* saddle_manifest() {                                \
    static constexpr ::saddle::PluginEntry entries[] = {__VA_ARGS__};                                \
    static constexpr ::saddle::Manifest manifest{::saddle::this_abi(), entries, std::size(entries)}; \
    return &manifest;                                                                                \
  }
