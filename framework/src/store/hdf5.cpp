#include "store/hdf5.hpp"

#include <array>
#include <cstdlib>

namespace saddle::store::hdf5 {

namespace {

/// HDF5's innermost reason. Any other call of HDF5 clears it.
std::string last_reason() {
  std::string reason;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
        if (error->desc && *error->desc) *static_cast<std::string*>(out) = error->desc;
        return error->desc && *error->desc ? 1 : 0;
      },
      &reason);
  return reason.empty() ? "HDF5 gives no reason" : reason;
}

std::string file_of(hid_t where) {
  std::array<char, 4096> name{};
  return H5Fget_name(where, name.data(), name.size()) > 0 ? std::string(name.data())
                                                          : std::string("HDF5 file");
}

[[noreturn]] void fail_file(const std::filesystem::path& path, std::string_view doing) {
  const std::string reason = last_reason();
  throw Error(path.string() + ": cannot " + std::string(doing) + ": " + reason);
}

Handle access() {
  // HDF5 would print every error it returns; ours travel as exceptions.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(list.id(), H5F_LIBVER_V18, H5F_LIBVER_V18);
  H5Pset_fclose_degree(list.id(), H5F_CLOSE_SEMI);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(list.id(), false, true);
#endif
  return list;
}

Handle tracking_order() {
  Handle list(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_link_creation_order(list.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_attr_creation_order(list.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  keep_attributes_in_header(list.id());
  return list;
}

H5_index_t order_of(hid_t group) {
  Handle list(H5Gget_create_plist(group), H5Pclose);
  unsigned flags = 0;
  H5Pget_link_creation_order(list.id(), &flags);
  return flags & H5P_CRT_ORDER_TRACKED ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
}

}  // namespace

void fail(hid_t where, std::string_view doing, std::string_view name) {
  const std::string reason = last_reason();
  throw Error(file_of(where) + ": cannot " + std::string(doing) + " '" + std::string(name) + "': " + reason);
}

File File::create(const std::filesystem::path& path) {
  const Handle list = access();
  Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, list.id()), H5Fclose);
  if (file.id() < 0) fail_file(path, "write");
  return {std::move(file), path};
}

File::Memory::~Memory() { std::free(bytes); }

File File::create_in_memory(const std::filesystem::path& path, size_t bytes) {
  constexpr size_t page = size_t{1} << 16;
  auto memory = std::make_unique<Memory>();
  // HDF5's own way to a file's bytes (H5Fget_file_image) clears a flag below the superblock's checksum. The
  // memory is ours instead, and stays when the file is closed.
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.udata = memory.get();
  callbacks.udata_copy = [](void* same) { return same; };
  callbacks.udata_free = [](void*) { return herr_t{0}; };
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) { return herr_t{0}; };
  callbacks.image_realloc = [](void* old, size_t size, H5FD_file_image_op_t, void* data) -> void* {
    void* grown = std::realloc(old, size);
    if (grown) {
      static_cast<Memory*>(data)->bytes = grown;
      static_cast<Memory*>(data)->size = size;
    }
    return grown;
  };
  const Handle list = access();
  // The memory grows by this much at a time.
  H5Pset_fapl_core(list.id(), (bytes / page + 1) * page, false);
  H5Pset_file_image_callbacks(list.id(), &callbacks);
  File file(Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, list.id()), H5Fclose), path);
  if (file.id() < 0) fail_file(path, "make");
  file.memory_ = std::move(memory);
  return file;
}

File File::open(const std::filesystem::path& path) {
  const Handle list = access();
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, list.id()), H5Fclose);
  if (file.id() < 0) fail_file(path, "open");
  return {std::move(file), path};
}

File File::open_to_write(const std::filesystem::path& path) {
  const Handle list = access();
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, list.id()), H5Fclose);
  if (file.id() < 0) fail_file(path, "write");
  return {std::move(file), path};
}

std::string File::close_image() {
  close();
  // A superblock of version 2 or 3 says at byte 28 where the file ends; the memory goes on behind it.
  constexpr size_t end_at = 28;
  uint64_t end = 0;
  if (memory_->size < end_at + sizeof end) throw Error(path_.string() + ": HDF5 wrote nothing");
  const auto* bytes = static_cast<const unsigned char*>(memory_->bytes);
  for (size_t i = 0; i < sizeof end; ++i) end |= static_cast<uint64_t>(bytes[end_at + i]) << (8 * i);
  if (end > memory_->size) throw Error(path_.string() + ": HDF5 wrote only a part");
  return {static_cast<const char*>(memory_->bytes), end};
}

void File::close() {
  if (H5Fclose(handle_.release()) < 0) fail_file(path_, "finish writing");
}

void keep_attributes_in_header(hid_t creation_list) { H5Pset_attr_phase_change(creation_list, 1000, 0); }

bool is_hdf5(const std::filesystem::path& path) {
  const Handle list = access();
  return H5Fis_hdf5(path.c_str()) > 0;
}

Handle create_group(hid_t where, const std::string& name) {
  const Handle list = tracking_order();
  Handle group(H5Gcreate2(where, name.c_str(), H5P_DEFAULT, list.id(), H5P_DEFAULT), H5Gclose);
  if (group.id() < 0) fail(where, "make the group", name);
  return group;
}

Handle open_group(hid_t where, const std::string& path) {
  Handle group(H5Gopen2(where, path.c_str(), H5P_DEFAULT), H5Gclose);
  if (group.id() < 0) fail(where, "open the group", path);
  return group;
}

bool exists(hid_t where, const std::string& name) {
  const htri_t found = H5Lexists(where, name.c_str(), H5P_DEFAULT);
  if (found < 0) fail(where, "look for", name);
  return found > 0;
}

std::vector<std::string> members(hid_t group) {
  std::vector<std::string> out;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* names) -> herr_t {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
  };
  hsize_t at = 0;
  if (H5Literate(group, order_of(group), H5_ITER_INC, &at, add, &out) < 0) fail(group, "list", "members");
  return out;
}

bool is_group(hid_t where, const std::string& name) {
  const Handle object(H5Oopen(where, name.c_str(), H5P_DEFAULT), H5Oclose);
  if (object.id() < 0) fail(where, "open", name);
  return H5Iget_type(object.id()) == H5I_GROUP;
}

void copy(hid_t from, const std::string& name, hid_t to, const std::string& new_name) {
  if (H5Ocopy(from, name.c_str(), to, new_name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0)
    fail(from, "copy", name);
}

void remove(hid_t where, const std::string& name) {
  if (H5Ldelete(where, name.c_str(), H5P_DEFAULT) < 0) fail(where, "remove", name);
}

}  // namespace saddle::store::hdf5
