// What is wrong, and where the user wrote it. Three kinds of failure leave Saddle: the user's input is wrong
// (UserError, exit code 2), a plugin is wrong (PluginError, 3), Saddle is wrong (anything else, 70).
#pragma once
#include <saddle/export.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace saddle {

/// A text that the user wrote: a file, or an argument of the command line.
struct Source {
  std::string name;  ///< as the user gave it: a path, or "command line"
  std::string text;
};

/// A place in a source. Lines and columns count from 1; 0 means unknown.
struct Place {
  std::shared_ptr<const Source> source;
  int line = 0;
  int column = 0;
};

/// One mistake in the user's input.
struct Diagnostic {
  Place place;
  std::string path;     ///< the path in the experiment: "divergence.weight"; may be empty
  std::string message;  ///< what is wrong, with the value
  std::string hint;     ///< the parameter's documentation or the way out; may be empty
};

/// Everything wrong with the user's input, reported together.
class SADDLE_API UserError : public std::runtime_error {
 public:
  explicit UserError(std::vector<Diagnostic> all);
  explicit UserError(const std::string& message);  ///< without a place: a wrong argument, a missing file
  ~UserError() override;                           // key function: one type_info, in libsaddle
  const std::vector<Diagnostic>& diagnostics() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
};

/// A plugin library that can't be used.
class SADDLE_API PluginError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~PluginError() override;
};

/// Thrown by a plugin to blame one of its parameters; the core adds file, line and column.
class SADDLE_API ParamError : public std::runtime_error {
 public:
  ParamError(std::string param, const std::string& message);
  ~ParamError() override;
  const std::string& param() const { return param_; }

 private:
  std::string param_;
};

/// `file:line:column: path: message`, the line with a caret, the hint.
SADDLE_API std::string to_text(const Diagnostic&);

}  // namespace saddle
