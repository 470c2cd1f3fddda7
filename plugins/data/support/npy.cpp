#include "npy.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <saddle/error.hpp>

#include <cctype>
#include <charconv>
#include <map>
#include <string_view>

namespace saddle {
namespace {

struct Type {
  at::ScalarType stored;
  at::ScalarType used;
};

const std::map<std::string, Type, std::less<>>& types() {
  static const std::map<std::string, Type, std::less<>> all{
      {"b1", {at::kByte, at::kByte}},   {"u1", {at::kByte, at::kByte}},   {"i1", {at::kChar, at::kChar}},
      {"i2", {at::kShort, at::kShort}}, {"i4", {at::kInt, at::kInt}},     {"i8", {at::kLong, at::kLong}},
      {"u2", {at::kUInt16, at::kInt}},  {"u4", {at::kUInt32, at::kLong}}, {"u8", {at::kUInt64, at::kDouble}},
      {"f2", {at::kHalf, at::kFloat}},  {"f4", {at::kFloat, at::kFloat}}, {"f8", {at::kDouble, at::kDouble}}};
  return all;
}

/// The header: a Python dictionary of three known entries.
class Header {
 public:
  Header(std::string_view text, const std::string& name, const std::string& param)
      : text_(text), name_(name), param_(param) {}

  [[noreturn]] void fail(const std::string& why) const {
    throw ParamError(param_, fmt::format("{}: {}", name_, why));
  }

  /// What follows the key, without leading blanks.
  std::string_view value(const char* key) const {
    for (const char quote : {'\'', '"'}) {
      const std::string quoted = quote + std::string(key) + quote;
      size_t at = text_.find(quoted);
      if (at == std::string_view::npos) continue;
      at = text_.find_first_not_of(" ", at + quoted.size());
      if (at == std::string_view::npos || text_[at] != ':') break;
      at = text_.find_first_not_of(" ", at + 1);
      if (at == std::string_view::npos) break;
      return text_.substr(at);
    }
    fail(fmt::format("its header has no {}", key));
  }

  std::string_view descr() const {
    const std::string_view rest = value("descr");
    if (rest[0] == '[') fail("a structured array (records); save its columns as one plain array");
    const size_t end = rest.find(rest[0], 1);
    if ((rest[0] != '\'' && rest[0] != '"') || end == std::string_view::npos)
      fail("its header has no readable descr");
    return rest.substr(1, end - 1);
  }

  bool fortran_order() const {
    const std::string_view rest = value("fortran_order");
    if (rest.starts_with("True")) return true;
    if (!rest.starts_with("False")) fail("its header has no readable fortran_order");
    return false;
  }

  Shape shape() const {
    std::string_view rest = value("shape");
    const size_t end = rest.find(')');
    if (rest[0] != '(' || end == std::string_view::npos) fail("its header has no readable shape");
    Shape sizes;
    const char *at = rest.data() + 1, *last = rest.data() + end;
    for (; at != last; ++at) {
      if (*at == ' ' || *at == ',' || *at == 'L') continue;
      int64_t size = 0;
      const auto [after, error] = std::from_chars(at, last, size);
      if (error != std::errc() || size < 0) fail("its header has no readable shape");
      sizes.push_back(size);
      at = after - 1;
    }
    return sizes;
  }

 private:
  std::string_view text_;
  std::string name_, param_;
};

}  // namespace

Tensor parse_npy(const Bytes& file, const std::string& name, const std::string& param) {
  const std::string_view bytes = file.view;
  const auto fail = [&](const std::string& why) {
    throw ParamError(param, fmt::format("{}: {}", name, why));
  };
  const auto byte = [&](size_t i) { return size_t{static_cast<unsigned char>(bytes[i])}; };
  if (!bytes.starts_with("\x93NUMPY")) fail("not a NumPy file (.npy)");
  if (bytes.size() < 10) fail("cut off within its header");
  const size_t version = byte(6);
  if (version < 1 || version > 3)
    fail(fmt::format("NumPy format {}.{}, known are 1.0 to 3.0", version, byte(7)));
  const size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) fail("cut off within its header");
  const size_t length = version == 1 ? byte(8) + (byte(9) << 8)
                                     : byte(8) + (byte(9) << 8) + (byte(10) << 16) + (byte(11) << 24);
  if (bytes.size() - start < length) fail("cut off within its header");
  const Header header(bytes.substr(start, length), name, param);

  const std::string_view descr = header.descr();
  if (descr.starts_with('>'))
    fail(fmt::format("big-endian numbers ({}); save it with array.astype('<{}')", descr, descr.substr(1)));
  if (descr.ends_with('O')) fail("Python objects (dtype object); save an array of numbers");
  const auto type = types().find(descr.empty() ? descr : descr.substr(1));
  if (type == types().end()) fail(fmt::format("dtype {} is not a number that is known here", descr));
  if (header.fortran_order()) fail("in Fortran order; save it with numpy.ascontiguousarray");

  const Shape shape = header.shape();
  uint64_t size = at::elementSize(type->second.stored);
  for (const int64_t axis : shape)
    if (__builtin_mul_overflow(size, static_cast<uint64_t>(axis), &size)) fail("absurd sizes");
  const size_t data = start + length;
  if (bytes.size() - data < size)
    fail(fmt::format("cut off: {} bytes of data, but its shape needs {}", bytes.size() - data, size));
  return array_in(file, data, shape, type->second.stored).to(type->second.used);
}

}  // namespace saddle
