#include "hdf5_file.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <saddle/error.hpp>

#include <algorithm>
#include <utility>

#include "files.hpp"
#include "labels.hpp"

namespace saddle {
/// Owns one identifier of HDF5.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): as C's functions take it

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

namespace {

/// HDF5's innermost reason.
std::string reason() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
        if (error->desc && *error->desc) *static_cast<std::string*>(out) = error->desc;
        return error->desc && *error->desc ? 1 : 0;
      },
      &text);
  return text.empty() ? "HDF5 gives no reason" : text;
}

struct Numbers {
  hid_t memory;
  at::ScalarType type;
};

/// How numbers of an HDF5 type are read; a type of Undefined if they are none.
Numbers numbers_as(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  const size_t size = H5Tget_size(type);
  if (kind == H5T_FLOAT)
    return size > 4 ? Numbers{H5T_NATIVE_DOUBLE, at::kDouble} : Numbers{H5T_NATIVE_FLOAT, at::kFloat};
  if (kind == H5T_ENUM) return numbers_as(Hdf5Handle(H5Tget_super(type), H5Tclose));  // Booleans
  if (kind != H5T_INTEGER) return {-1, at::ScalarType::Undefined};
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  if (size == 1)
    return is_signed ? Numbers{H5T_NATIVE_INT8, at::kChar} : Numbers{H5T_NATIVE_UINT8, at::kByte};
  const size_t needed = is_signed ? size : 2 * size;
  if (needed <= 2) return {H5T_NATIVE_INT16, at::kShort};
  if (needed <= 4) return {H5T_NATIVE_INT32, at::kInt};
  return {H5T_NATIVE_INT64, at::kLong};
}

std::string with_field(const std::string& data, const std::string& field) {
  return field.empty() ? data : data + "." + field;
}

}  // namespace

struct Hdf5File::Element {
  Hdf5Handle data, space, type;  // type: of the element or of its field, as in the file
  Shape shape;
  int64_t count = 1;
  hid_t id() const { return data; }
};

Hdf5File::Hdf5File(const Path& file, std::string param) : name_(file.string()), param_(std::move(param)) {
  { const InflatedFile readable(file, param_); }  // says what is wrong with the path itself
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);    // its errors travel as exceptions
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, false, true);
#endif
  const hid_t id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, access);
  if (id < 0) {
    const std::string why = reason();
    fail(H5Fis_hdf5(file.c_str()) > 0 ? "damaged: " + why : "not an HDF5 file");
  }
  file_ = std::shared_ptr<void>(new hid_t(id), [](void* open) {
    H5Fclose(*static_cast<hid_t*>(open));
    delete static_cast<hid_t*>(open);
  });
}

void Hdf5File::fail(const std::string& why) const { throw ParamError(param_, name_ + ": " + why); }

static hid_t id_of(const std::shared_ptr<void>& file) { return *static_cast<hid_t*>(file.get()); }

bool Hdf5File::has(const std::string& path) const {
  if (path.empty()) return false;
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string step = path.substr(0, end);
    if (step != "/" && H5Lexists(id_of(file_), step.c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos)
      return path == "/" || H5Oexists_by_name(id_of(file_), path.c_str(), H5P_DEFAULT) > 0;
  }
}

bool Hdf5File::is_group(const std::string& path) const {
  if (!has(path)) return false;
  const Hdf5Handle object(H5Oopen(id_of(file_), path.c_str(), H5P_DEFAULT), H5Oclose);
  return object >= 0 && H5Iget_type(object) == H5I_GROUP;
}

std::vector<std::string> Hdf5File::members(const std::string& group) const {
  std::vector<std::string> names;
  const Hdf5Handle open(H5Gopen2(id_of(file_), group.c_str(), H5P_DEFAULT), H5Gclose);
  if (open < 0) fail("has no group '" + group + "'");
  H5Literate(
      open, H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
        static_cast<std::vector<std::string>*>(out)->emplace_back(name);
        return 0;
      },
      &names);
  return names;
}

std::vector<std::string> Hdf5File::fields(const std::string& data) const {
  std::vector<std::string> names;
  const Element all = element(data, {});
  if (H5Tget_class(all.type) != H5T_COMPOUND) return names;
  for (int i = 0; i < H5Tget_nmembers(all.type); ++i) {
    char* name = H5Tget_member_name(all.type, static_cast<unsigned>(i));
    names.emplace_back(name);
    H5free_memory(name);
  }
  return names;
}

Shape Hdf5File::shape(const std::string& data) const { return element(data, {}).shape; }

Hdf5File::Element Hdf5File::element(const std::string& data, const std::string& field) const {
  if (!has(data)) fail("has no data set '" + data + "'");
  if (is_group(data)) fail("'" + data + "' is a group, not a data set");
  Element e;
  e.data = Hdf5Handle(H5Dopen2(id_of(file_), data.c_str(), H5P_DEFAULT), H5Dclose);
  if (e.data < 0) fail("can't open the data set '" + data + "': " + reason());
  e.space = Hdf5Handle(H5Dget_space(e.data), H5Sclose);
  e.type = Hdf5Handle(H5Dget_type(e.data), H5Tclose);
  std::vector<hsize_t> sizes(static_cast<size_t>(std::max(H5Sget_simple_extent_ndims(e.space), 0)));
  H5Sget_simple_extent_dims(e.space, sizes.data(), nullptr);
  for (const hsize_t size : sizes) e.shape.push_back(static_cast<int64_t>(size));
  e.count = H5Sget_simple_extent_npoints(e.space);
  if (field.empty()) return e;
  const int place = H5Tget_class(e.type) == H5T_COMPOUND ? H5Tget_member_index(e.type, field.c_str()) : -1;
  if (place < 0) fail("'" + data + "' has no field '" + field + "', only " + joined(fields(data)));
  e.type = Hdf5Handle(H5Tget_member_type(e.type, static_cast<unsigned>(place)), H5Tclose);
  return e;
}

bool Hdf5File::holds_texts(const std::string& data, const std::string& field) const {
  return H5Tget_class(element(data, field).type) == H5T_STRING;
}

/// Reads elements, or one field of them, as `memory` says.
static herr_t read_as(hid_t data, hid_t memory, const std::string& field, void* to) {
  if (field.empty()) return H5Dread(data, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
  const Hdf5Handle record(H5Tcreate(H5T_COMPOUND, H5Tget_size(memory)), H5Tclose);
  H5Tinsert(record, field.c_str(), 0, memory);
  return H5Dread(data, record, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
}

Tensor Hdf5File::numbers(const std::string& data, const std::string& field) const {
  const Element e = element(data, field);
  const Numbers as = numbers_as(e.type);
  const std::string title = with_field(data, field);
  if (as.type == at::ScalarType::Undefined) fail("'" + title + "' does not hold plain numbers");
  check_memory(static_cast<double>(e.count) * static_cast<double>(at::elementSize(as.type)), name_,
               fmt::format("the {} numbers of '{}'", e.count, title), "Take a smaller data set.");
  Tensor result = at::empty(e.shape, as.type);
  if (e.count == 0) return result;
  // An enumeration is read as itself: HDF5 turns it into no other type.
  const bool named = H5Tget_class(e.type) == H5T_ENUM;
  const Hdf5Handle native(H5Tget_native_type(e.type, H5T_DIR_ASCEND), H5Tclose);
  if (read_as(e.data, named ? native : as.memory, field, result.data_ptr()) < 0)
    fail("can't read '" + title + "': " + reason());
  return result;
}

std::vector<std::string> Hdf5File::texts(const std::string& data, const std::string& field) const {
  const Element e = element(data, field);
  const std::string title = with_field(data, field);
  if (H5Tget_class(e.type) != H5T_STRING) fail("'" + title + "' does not hold texts");
  std::vector<std::string> result(static_cast<size_t>(e.count));
  if (e.count == 0) return result;
  const Hdf5Handle type(H5Tcopy(e.type), H5Tclose);
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> all(result.size());
    if (read_as(e.data, type, field, all.data()) < 0) fail("can't read '" + title + "': " + reason());
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i] != nullptr) result[i] = all[i];
    H5Dvlen_reclaim(type, e.space, H5P_DEFAULT, all.data());
    return result;
  }
  const size_t size = H5Tget_size(type);
  std::string all(size * result.size(), '\0');
  if (read_as(e.data, type, field, all.data()) < 0) fail("can't read '" + title + "': " + reason());
  const char padding = H5Tget_strpad(type) == H5T_STR_SPACEPAD ? ' ' : '\0';
  for (size_t i = 0; i < result.size(); ++i) {
    const std::string_view text = std::string_view(all).substr(i * size, size);
    result[i] =
        padding == ' ' ? text.substr(0, text.find_last_not_of(' ') + 1) : text.substr(0, text.find('\0'));
  }
  return result;
}

std::optional<std::string> Hdf5File::text_attribute(const std::string& object,
                                                    const std::string& attribute) const {
  const Hdf5Handle open(
      H5Aopen_by_name(id_of(file_), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (open < 0) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(open), H5Tclose), space(H5Aget_space(open), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) return std::nullopt;
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (H5Aread(open, type, static_cast<void*>(&text)) < 0 || text == nullptr) return std::nullopt;
    const std::string result = text;
    H5free_memory(text);
    return result;
  }
  std::string text(H5Tget_size(type) + 1, '\0');
  if (H5Aread(open, type, text.data()) < 0) return std::nullopt;
  return text.substr(0, text.find('\0'));
}

std::optional<std::vector<int64_t>> Hdf5File::integer_attribute(const std::string& object,
                                                                const std::string& attribute) const {
  const Hdf5Handle open(
      H5Aopen_by_name(id_of(file_), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (open < 0) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(open), H5Tclose), space(H5Aget_space(open), H5Sclose);
  if (H5Tget_class(type) != H5T_INTEGER) return std::nullopt;
  std::vector<int64_t> values(static_cast<size_t>(H5Sget_simple_extent_npoints(space)));
  if (H5Aread(open, H5T_NATIVE_INT64, values.data()) < 0) return std::nullopt;
  return values;
}

}  // namespace saddle
