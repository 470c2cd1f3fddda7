#include <saddle/kind.hpp>

namespace saddle {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::data:
      return "data";
    case Kind::prior:
      return "prior";
    case Kind::generator:
      return "generator";
    case Kind::head:
      return "head";
    case Kind::critic:
      return "critic";
    case Kind::encoder:
      return "encoder";
    case Kind::divergence:
      return "divergence";
    case Kind::penalty:
      return "penalty";
    case Kind::constraint:
      return "constraint";
    case Kind::optimizer:
      return "optimizer";
    case Kind::metric:
      return "metric";
    case Kind::objective:
      return "objective";
    case Kind::dynamics:
      return "dynamics";
    case Kind::schedule:
      return "schedule";
    case Kind::average:
      return "average";
  }
  return "unknown";
}

const std::vector<Kind>& all_kinds() {
  static const std::vector<Kind> all = {Kind::data,       Kind::prior,     Kind::generator,  Kind::head,
                                        Kind::critic,     Kind::encoder,   Kind::divergence, Kind::penalty,
                                        Kind::constraint, Kind::optimizer, Kind::metric,     Kind::objective,
                                        Kind::dynamics,   Kind::schedule,  Kind::average};
  return all;
}

}  // namespace saddle
