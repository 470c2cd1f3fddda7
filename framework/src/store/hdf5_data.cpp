#include "store/hdf5.hpp"
#include "store/hdf5_types.hpp"

#include <algorithm>

namespace saddle::store::hdf5 {

namespace {

Handle space_of(const Shape& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose};
}

/// Chunks of whole rows, about a quarter of a megabyte each.
Handle compressed(const Shape& shape, size_t bytes) {
  Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  keep_attributes_in_header(list.id());
  if (shape.empty() || std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end()) return list;
  hsize_t row = bytes;
  for (size_t i = 1; i < shape.size(); ++i) row *= shape[i];
  Shape chunk = shape;
  chunk[0] = std::clamp<hsize_t>((hsize_t{1} << 18) / row, 1, shape[0]);
  H5Pset_chunk(list.id(), static_cast<int>(chunk.size()), chunk.data());
  H5Pset_shuffle(list.id());
  H5Pset_deflate(list.id(), 4);
  return list;
}

/// Texts lie in a heap, and HDF5 1.10 follows a damaged reference into it without looking: it crashes. In an
/// object's header the references are guarded by its checksum; a header holds at most 64 kB.
Handle guarded(size_t texts) {
  constexpr size_t most = 4000;  // references of 16 bytes
  Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  keep_attributes_in_header(list.id());
  if (texts > 0 && texts <= most) H5Pset_layout(list.id(), H5D_COMPACT);
  return list;
}

void write(hid_t where, const std::string& name, const Shape& shape, hid_t type, hid_t memory,
           const void* values, hid_t list) {
  const Handle space = space_of(shape);
  const Handle data(H5Dcreate2(where, name.c_str(), type, space.id(), H5P_DEFAULT, list, H5P_DEFAULT),
                    H5Dclose);
  if (data.id() < 0) fail(where, "make", name);
  if (H5Sget_simple_extent_npoints(space.id()) == 0) return;
  if (H5Dwrite(data.id(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) fail(where, "write", name);
}

hssize_t size_of(hid_t data, const std::string& name) {
  const Handle space(H5Dget_space(data), H5Sclose);
  const hssize_t size = H5Sget_simple_extent_npoints(space.id());
  if (size < 0) fail(data, "measure", name);
  return size;
}

}  // namespace

Handle open_data(hid_t where, const std::string& name) {
  Handle data(H5Dopen2(where, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (data.id() < 0) fail(where, "open", name);
  return data;
}

void write_text(hid_t where, const std::string& name, const std::string& text) {
  const Handle type = text_type();
  const char* pointer = text.c_str();
  write(where, name, {}, type.id(), type.id(), &pointer, guarded(1).id());
}

void write_texts(hid_t where, const std::string& name, std::span<const std::string> texts) {
  const Handle type = text_type();
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  write(where, name, {texts.size()}, type.id(), type.id(), pointers.data(), guarded(texts.size()).id());
}

template <class Number>
void write_numbers(hid_t where, const std::string& name, const Shape& shape, std::span<const Number> values,
                   Layout layout) {
  hsize_t size = 1;
  for (hsize_t n : shape) size *= n;
  if (size != values.size())
    throw std::logic_error("'" + name + "' has " + std::to_string(values.size()) + " values, its shape " +
                           std::to_string(size));
  const Handle list = layout == Layout::compressed ? compressed(shape, sizeof(Number)) : guarded(0);
  write(where, name, shape, file_type<Number>(), memory_type<Number>(), values.data(), list.id());
}

Kind kind_of(hid_t data, const std::string& name) {
  const Handle type(H5Dget_type(data), H5Tclose);
  if (type.id() < 0) fail(data, "read the type of", name);
  switch (H5Tget_class(type.id())) {
    case H5T_STRING:
      return Kind::text;
    case H5T_FLOAT:
      return H5Tget_size(type.id()) <= sizeof(float) ? Kind::float32 : Kind::float64;
    case H5T_INTEGER:
      return H5Tget_sign(type.id()) == H5T_SGN_NONE ? Kind::unsigned_integer : Kind::integer;
    default:
      throw Error("'" + name + "' holds neither texts nor numbers");
  }
}

Shape shape_of(hid_t data, const std::string& name) {
  const Handle space(H5Dget_space(data), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 0) fail(data, "measure", name);
  Shape shape(static_cast<size_t>(rank));
  H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr);
  return shape;
}

std::vector<std::string> read_texts(hid_t where, const std::string& name) {
  const Handle data = open_data(where, name);
  const Handle type(H5Dget_type(data.id()), H5Tclose);
  if (H5Tget_class(type.id()) != H5T_STRING || !H5Tis_variable_str(type.id()))
    throw Error("'" + name + "' does not hold texts of any length");
  std::vector<char*> pointers(static_cast<size_t>(size_of(data.id(), name)));
  if (pointers.empty()) return {};
  if (H5Dread(data.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)
    fail(where, "read", name);
  std::vector<std::string> out;
  for (char* pointer : pointers) {
    out.emplace_back(pointer ? pointer : "");
    H5free_memory(pointer);
  }
  return out;
}

std::string read_text(hid_t where, const std::string& name) {
  std::vector<std::string> texts = read_texts(where, name);
  if (texts.size() != 1) throw Error("'" + name + "' is not one text");
  return std::move(texts.front());
}

template <class Number>
std::vector<Number> read_numbers(hid_t where, const std::string& name) {
  const Handle data = open_data(where, name);
  std::vector<Number> out(static_cast<size_t>(size_of(data.id(), name)));
  if (out.empty()) return out;
  if (H5Dread(data.id(), memory_type<Number>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) < 0)
    fail(where, "read", name);
  return out;
}

template void write_numbers(hid_t, const std::string&, const Shape&, std::span<const float>, Layout);
template void write_numbers(hid_t, const std::string&, const Shape&, std::span<const double>, Layout);
template void write_numbers(hid_t, const std::string&, const Shape&, std::span<const int64_t>, Layout);
template void write_numbers(hid_t, const std::string&, const Shape&, std::span<const uint64_t>, Layout);
template std::vector<float> read_numbers(hid_t, const std::string&);
template std::vector<double> read_numbers(hid_t, const std::string&);
template std::vector<int64_t> read_numbers(hid_t, const std::string&);
template std::vector<uint64_t> read_numbers(hid_t, const std::string&);

}  // namespace saddle::store::hdf5
