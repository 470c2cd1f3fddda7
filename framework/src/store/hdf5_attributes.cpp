#include "store/hdf5.hpp"
#include "store/hdf5_types.hpp"

#include <type_traits>

namespace saddle::store::hdf5 {

namespace {

void write(hid_t object, const std::string& name, hid_t type, hid_t memory, const void* value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(object, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  if (attribute.id() < 0 || H5Awrite(attribute.id(), memory, value) < 0)
    fail(object, "write the attribute", name);
}

template <class Number>
Number read(hid_t object, hid_t attribute, const std::string& name) {
  Number value{};
  if (H5Aread(attribute, memory_type<Number>(), &value) < 0) fail(object, "read the attribute", name);
  return value;
}

std::string read_text(hid_t object, hid_t attribute, hid_t type, const std::string& name) {
  if (!H5Tis_variable_str(type)) {  // written by another program
    std::string text(H5Tget_size(type), '\0');
    if (H5Aread(attribute, type, text.data()) < 0) fail(object, "read the attribute", name);
    return text.c_str();
  }
  char* text = nullptr;
  if (H5Aread(attribute, type, &text) < 0) fail(object, "read the attribute", name);
  std::string out = text ? text : "";
  H5free_memory(text);
  return out;
}

}  // namespace

void write_attribute(hid_t object, const std::string& name, const Scalar& value) {
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>) {
          const Handle type = text_type();
          const char* text = v.c_str();
          write(object, name, type.id(), type.id(), &text);
        } else {
          write(object, name, file_type<T>(), memory_type<T>(), &v);
        }
      },
      value);
}

bool has_attribute(hid_t object, const std::string& name) {
  const htri_t found = H5Aexists(object, name.c_str());
  if (found < 0) fail(object, "look for the attribute", name);
  return found > 0;
}

Scalar read_attribute(hid_t object, const std::string& name) {
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  if (attribute.id() < 0) fail(object, "open the attribute", name);
  const Handle space(H5Aget_space(attribute.id()), H5Sclose);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose);
  if (H5Sget_simple_extent_npoints(space.id()) != 1)
    throw Error("the attribute '" + name + "' is not one value");
  switch (H5Tget_class(type.id())) {
    case H5T_STRING:
      return read_text(object, attribute.id(), type.id(), name);
    case H5T_FLOAT:
      return read<double>(object, attribute.id(), name);
    case H5T_INTEGER:
      if (H5Tget_sign(type.id()) == H5T_SGN_NONE) return read<uint64_t>(object, attribute.id(), name);
      return read<int64_t>(object, attribute.id(), name);
    default:
      throw Error("the attribute '" + name + "' is neither a text nor a number");
  }
}

std::string read_text_attribute(hid_t object, const std::string& name) {
  const Scalar value = read_attribute(object, name);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  throw Error("the attribute '" + name + "' is not a text");
}

int64_t read_integer_attribute(hid_t object, const std::string& name) {
  const Scalar value = read_attribute(object, name);
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<uint64_t>(&value)) return static_cast<int64_t>(*number);
  throw Error("the attribute '" + name + "' is not an integer");
}

double read_number_attribute(hid_t object, const std::string& name) {
  const Scalar value = read_attribute(object, name);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return static_cast<double>(read_integer_attribute(object, name));
}

std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> out;
  const auto add = [](hid_t, const char* name, const H5A_info_t*, void* names) -> herr_t {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
  };
  // Objects that don't track the order are listed by HDF5 in the order of names.
  hsize_t at = 0;
  if (H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at, add, &out) >= 0) return out;
  out.clear();
  at = 0;
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at, add, &out) < 0) fail(object, "list", "attributes");
  return out;
}

void remove_attribute(hid_t object, const std::string& name) {
  if (H5Adelete(object, name.c_str()) < 0) fail(object, "remove the attribute", name);
}

}  // namespace saddle::store::hdf5
