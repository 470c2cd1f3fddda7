// Which type of HDF5 holds which type of ours: in the file little-endian, in memory native.
#pragma once
#include "store/hdf5.hpp"

#include <type_traits>

namespace saddle::store::hdf5 {

inline Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  return type;
}

template <class Number>
hid_t memory_type() {
  if constexpr (std::is_same_v<Number, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<Number, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<Number, int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<Number, uint64_t>) return H5T_NATIVE_UINT64;
}

template <class Number>
hid_t file_type() {
  if constexpr (std::is_same_v<Number, float>) return H5T_IEEE_F32LE;
  if constexpr (std::is_same_v<Number, double>) return H5T_IEEE_F64LE;
  if constexpr (std::is_same_v<Number, int64_t>) return H5T_STD_I64LE;
  if constexpr (std::is_same_v<Number, uint64_t>) return H5T_STD_U64LE;
}

}  // namespace saddle::store::hdf5
