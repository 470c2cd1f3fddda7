// Where data files lie, and their bytes.
#pragma once
#include <saddle/schema.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace saddle {

/// A file's bytes from begin to end, inflated where it is a gzip file. Everything throws ParamError(param,
/// …).
class InflatedFile {
 public:
  explicit InflatedFile(const Path& file, std::string param = "path");
  /// Fewer than `most` only at the end.
  size_t read(char* to, size_t most);
  const std::string& name() const { return name_; }
  const std::string& param() const { return param_; }

 private:
  std::string name_, param_;
  std::shared_ptr<void> gz_;
};

/// All of them.
std::string read_bytes(const Path& file, const std::string& param = "path");

/// Bytes and who keeps them.
struct Bytes {
  std::string_view view;
  std::shared_ptr<const void> owner;
};
Bytes owned(std::string bytes);
/// A file's bytes: in memory where it is a gzip file, mapped otherwise, so that processes share what they
/// read of it.
Bytes map_bytes(const Path& file, const std::string& param = "path");
/// What `offset` bytes lie before, as an array that keeps its owner; a copy where elements would not be
/// aligned.
Tensor array_in(const Bytes& bytes, size_t offset, const Shape& shape, at::ScalarType type);

/// A text file's lines, one after the other; in memory is one of them.
class TextLines {
 public:
  explicit TextLines(const Path& file, std::string param = "path") : file_(file, std::move(param)) {}
  /// False at the end. `line` holds until the next call, without its \n or \r\n. Throws where it isn't text.
  bool next(std::string_view& line);
  int64_t number() const { return number_; }
  const std::string& name() const { return file_.name(); }
  /// Throws `name:line: why`, or `name:line:column: why`; columns count from 1.
  [[noreturn]] void fail(const std::string& why, size_t column = 0) const;

 private:
  InflatedFile file_;
  std::string buffer_;
  size_t begin_ = 0;
  bool ended_ = false;
  int64_t number_ = 0;
};

/// The first of the candidates that is there.
std::optional<std::filesystem::path> first_there(const std::vector<std::filesystem::path>& candidates);

/// The same. Otherwise throws ParamError("path", …) that names all of them
/// and says what to install.
Path first_existing(const std::vector<Path>& candidates, const std::string& what,
                    const std::string& to_install);

/// Throws ParamError where so many bytes are more than this machine has free. `what`: "700 × 765 numbers".
void check_memory(double bytes, const std::string& name, const std::string& what, const std::string& way_out);

}  // namespace saddle
