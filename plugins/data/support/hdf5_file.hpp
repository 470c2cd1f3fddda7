// Reading HDF5 files of other people: numbers and texts by path. What can't be read is a ParamError that
// names the file and the object.
#pragma once
#include <saddle/schema.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace saddle {

class Hdf5File {
 public:
  explicit Hdf5File(const Path& file, std::string param = "path");
  const std::string& name() const { return name_; }
  [[noreturn]] void fail(const std::string& why) const;

  /// Whether every step of the path is there.
  bool has(const std::string& path) const;
  bool is_group(const std::string& path) const;
  /// Names of what is in a group ("/" is the file's own), in order.
  std::vector<std::string> members(const std::string& group) const;
  /// Of a compound data set (records); empty for others.
  std::vector<std::string> fields(const std::string& data) const;
  Shape shape(const std::string& data) const;
  /// Whether the elements, or that field of them, are texts.
  bool holds_texts(const std::string& data, const std::string& field = {}) const;
  /// Numbers keep their type where tensors have it; unsigned ones take the next wider. Complains about
  /// others.
  Tensor numbers(const std::string& data, const std::string& field = {}) const;
  /// Flattened.
  std::vector<std::string> texts(const std::string& data, const std::string& field = {}) const;
  std::optional<std::string> text_attribute(const std::string& object, const std::string& attribute) const;
  std::optional<std::vector<int64_t>> integer_attribute(const std::string& object,
                                                        const std::string& attribute) const;

 private:
  struct Element;  // what an element is in memory
  Element element(const std::string& data, const std::string& field) const;

  std::string name_, param_;
  std::shared_ptr<void> file_;
};

}  // namespace saddle
