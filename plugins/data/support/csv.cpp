#include "csv.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <saddle/error.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "trimmed.hpp"

namespace saddle {
namespace {

/// Without the blanks around it: tabs may be delimiters.
/// Hands out a file's lines that are not blank, field by field.
class Lines {
 public:
  Lines(const Path& file, char delimiter) : lines_(file), delimiter_(delimiter) {}

  [[noreturn]] void fail(const std::string& why) const { lines_.fail(why); }

  void skip(int64_t count) {
    std::string_view line;
    while (count-- > 0 && lines_.next(line)) continue;
  }

  /// False at the end.
  bool next(std::vector<std::string>& fields) {
    std::string_view line;
    do {
      if (!lines_.next(line)) return false;
    } while (trimmed(line).empty());
    size_t count = 0;
    for (bool more = true; more; ++count) {
      if (count == fields.size()) fields.emplace_back();
      more = take_field(line, fields[count]);
    }
    fields.resize(count);
    return true;
  }

 private:
  /// Moves `line` behind the field; true if another one follows.
  bool take_field(std::string_view& line, std::string& field) const {
    const size_t start = line.find_first_not_of(' ');
    if (start == std::string_view::npos || line[start] != '"' || delimiter_ == '"') {
      const size_t end = line.find(delimiter_);
      field = trimmed(line.substr(0, end));
      if (end == std::string_view::npos) return false;
      line.remove_prefix(end + 1);
      return true;
    }
    field.clear();
    size_t i = start + 1;
    for (;; ++i) {
      if (i >= line.size()) fail("a quote is not closed");
      if (line[i] != '"')
        field += line[i];
      else if (i + 1 < line.size() && line[i + 1] == '"')
        field += line[i++];
      else
        break;
    }
    i = line.find_first_not_of(' ', i + 1);
    if (i == std::string_view::npos) return false;
    if (line[i] != delimiter_) fail("text after a closing quote");
    line.remove_prefix(i + 1);
    return true;
  }

  TextLines lines_;
  char delimiter_;
};

/// The place of a column given by name or by its number.
size_t find_column(const std::string& wanted, const std::vector<std::string>& header, size_t width,
                   const char* param, const std::string& name) {
  const auto named = std::find(header.begin(), header.end(), wanted);
  if (named != header.end()) {
    if (std::find(named + 1, header.end(), wanted) != header.end())
      throw ParamError(
          param, fmt::format("{} has several columns '{}'; give its number, counted from 1", name, wanted));
    return static_cast<size_t>(named - header.begin());
  }
  const auto place = number_in(wanted);
  if (place && *place == std::floor(*place)) {
    if (*place >= 1 && *place <= static_cast<double>(width)) return static_cast<size_t>(*place) - 1;
    throw ParamError(param,
                     fmt::format("{} has {} columns, counted from 1, and none is '{}'", name, width, wanted));
  }
  if (header.empty())
    throw ParamError(
        param, fmt::format("{} has no header that could name '{}'; count its columns from 1", name, wanted));
  throw ParamError(param, fmt::format("{} has no column '{}', only {}", name, wanted, joined(header)));
}

struct Picked {
  size_t column;
  std::string title;  ///< for messages
  bool one_hot;
};

std::vector<Picked> pick(const CsvOptions& options, const std::vector<std::string>& header, size_t width,
                         size_t label, const std::string& name) {
  const auto title = [&](size_t i) {
    return header.empty() ? fmt::format("{}", i + 1) : fmt::format("'{}'", header[i]);
  };
  std::vector<Picked> picked;
  for (const std::string& column : options.columns) {
    const size_t i = find_column(column, header, width, "columns", name);
    picked.push_back({i, title(i), false});
  }
  for (size_t i = 0; options.columns.empty() && i < width; ++i)
    if (i != label) picked.push_back({i, title(i), false});
  if (picked.empty()) throw ParamError("label", fmt::format("{} has no column but the label", name));
  for (const std::string& column : options.one_hot) {
    const size_t i = find_column(column, header, width, "one_hot", name);
    const auto found =
        std::find_if(picked.begin(), picked.end(), [&](const Picked& p) { return p.column == i; });
    if (found == picked.end())
      throw ParamError("one_hot", fmt::format("column {} is not among the columns of a sample", title(i)));
    found->one_hot = true;
  }
  return picked;
}

/// [row, class]: 1 where the row has that text, 0 elsewhere.
Tensor indicators(const std::vector<std::string>& texts) {
  const Labels labels = number_classes(texts);
  return (labels.index.unsqueeze(1) == at::arange(static_cast<int64_t>(labels.classes.size())))
      .to(at::kDouble);
}

}  // namespace

Csv parse_csv(const Path& file, const CsvOptions& options) {
  const std::string name = file.string();
  Lines lines(file, options.delimiter);
  lines.skip(options.skip_lines);
  std::vector<std::string> fields, header;
  bool more = lines.next(fields);
  if (!more) throw ParamError("path", fmt::format("{} holds no rows", name));
  const size_t width = fields.size();
  const bool all_numbers = std::all_of(fields.begin(), fields.end(),
                                       [](const std::string& f) { return number_in(f).has_value(); });
  if (options.header == "first_line" || (options.header == "auto" && !all_numbers)) {
    header = fields;
    more = lines.next(fields);
    if (!more) throw ParamError("path", fmt::format("{} holds no rows, only a header", name));
  }

  const bool labelled = !options.label.empty();
  const size_t label = labelled ? find_column(options.label, header, width, "label", name) : width;
  const std::vector<Picked> picked = pick(options, header, width, label, name);

  std::vector<double> values;
  std::vector<std::string> label_texts;
  std::vector<std::vector<std::string>> texts(picked.size());
  for (; more; more = lines.next(fields)) {
    if (fields.size() != width)
      lines.fail(fmt::format("{} fields, but the first line has {}", fields.size(), width));
    for (size_t p = 0; p < picked.size(); ++p) {
      const std::string& field = fields[picked[p].column];
      const std::string& title = picked[p].title;
      if (field.empty()) lines.fail(fmt::format("column {} is empty", title));
      const auto value = picked[p].one_hot ? 0.0 : number_in(field);
      if (picked[p].one_hot) texts[p].push_back(field);
      if (!value || !std::isfinite(*value))
        lines.fail(fmt::format("column {}: '{}' is not a {}number", title, field, value ? "finite " : ""));
      values.push_back(*value);
    }
    if (labelled) {
      if (fields[label].empty()) lines.fail("the label is empty");
      label_texts.push_back(fields[label]);
    }
  }

  Csv csv;
  const auto columns = static_cast<int64_t>(picked.size());
  const Tensor read = at::from_blob(values.data(), {static_cast<int64_t>(values.size()) / columns, columns},
                                    at::TensorOptions(at::kDouble));
  std::vector<Tensor> parts;
  if (options.one_hot.empty()) parts.push_back(read);
  for (int64_t p = 0; p < columns && !options.one_hot.empty(); ++p) {
    const auto place = static_cast<size_t>(p);
    parts.push_back(picked[place].one_hot ? indicators(texts[place]) : read.narrow(1, p, 1));
  }
  csv.values = at::cat(parts, 1);
  if (labelled) csv.labels = number_classes(label_texts);
  return csv;
}

}  // namespace saddle
