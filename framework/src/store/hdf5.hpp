// HDF5's C interface with owners and exceptions: handles close themselves, and a call that fails throws an
// Error with the file, the object's name and HDF5's own reason. The only header that includes HDF5's.
//
// Files are written for HDF5 1.8 and later. They are never locked: a finished file is only ever replaced as a
// whole (atomic_file.hpp), so nobody waits for a reader, and network file systems without locks work.
#pragma once
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace saddle::store::hdf5 {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Owns one identifier of HDF5.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  hid_t id() const { return id_; }
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

class File {
 public:
  static File create(const std::filesystem::path&);
  /// A file in memory: HDF5 1.10 crashes, now or when the process ends, where the disk gets full under it.
  /// `path` is for messages; `bytes`: how large it may get, about.
  static File create_in_memory(const std::filesystem::path& path, size_t bytes = 0);
  static File open(const std::filesystem::path&);  ///< for reading
  static File open_to_write(const std::filesystem::path&);
  hid_t id() const { return handle_.id(); }
  /// Closes a file in memory: its bytes. Throws if anything in it is still open.
  std::string close_image();
  /// Throws if anything in the file is still open or can't be written.
  void close();

 private:
  struct Memory {
    void* bytes = nullptr;
    size_t size = 0;
    Memory() = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory();
  };
  File(Handle handle, std::filesystem::path path) : handle_(std::move(handle)), path_(std::move(path)) {}
  std::unique_ptr<Memory> memory_;  // goes after the file in it
  Handle handle_;
  std::filesystem::path path_;
};

/// Whether a readable file begins as HDF5 files do.
bool is_hdf5(const std::filesystem::path&);

/// Throws an Error from HDF5's error stack: `FILE: cannot DOING 'NAME': REASON`.
[[noreturn]] void fail(hid_t where, std::string_view doing, std::string_view name);

// Groups. They remember the order in which their members and attributes were made.
Handle create_group(hid_t where, const std::string& name);
/// More than eight attributes would move into a heap, and HDF5 1.10 crashes copying texts from there
/// (H5Ocopy).
void keep_attributes_in_header(hid_t creation_list);
Handle open_group(hid_t where, const std::string& path);
bool exists(hid_t where, const std::string& name);  ///< `name` is one step, not a path
std::vector<std::string> members(hid_t group);
bool is_group(hid_t where, const std::string& name);
/// Copies an object with everything below it, between files.
void copy(hid_t from, const std::string& name, hid_t to, const std::string& new_name);
void remove(hid_t where, const std::string& name);

// Attributes: one UTF-8 text or one number.
using Scalar = std::variant<std::string, int64_t, double, uint64_t>;
void write_attribute(hid_t object, const std::string& name, const Scalar&);
bool has_attribute(hid_t object, const std::string& name);
Scalar read_attribute(hid_t object, const std::string& name);  ///< unsigned integers as uint64_t
std::string read_text_attribute(hid_t object, const std::string& name);
int64_t read_integer_attribute(hid_t object, const std::string& name);
double read_number_attribute(hid_t object, const std::string& name);
std::vector<std::string> attribute_names(hid_t object);
void remove_attribute(hid_t object, const std::string& name);

// Data sets. Numbers are float, double, int64_t or uint64_t. An empty shape is a scalar.
using Shape = std::vector<hsize_t>;
enum class Layout { contiguous, compressed };
Handle open_data(hid_t where, const std::string& name);
void write_text(hid_t where, const std::string& name, const std::string& text);  ///< a scalar
void write_texts(hid_t where, const std::string& name, std::span<const std::string> texts);
template <class Number>
void write_numbers(hid_t where, const std::string& name, const Shape&, std::span<const Number>,
                   Layout = Layout::contiguous);

enum class Kind { text, float32, float64, integer, unsigned_integer };
Kind kind_of(hid_t data, const std::string& name);
Shape shape_of(hid_t data, const std::string& name);
std::vector<std::string> read_texts(hid_t where, const std::string& name);
std::string read_text(hid_t where, const std::string& name);
template <class Number>
std::vector<Number> read_numbers(hid_t where, const std::string& name);

}  // namespace saddle::store::hdf5
