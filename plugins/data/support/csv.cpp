#include "csv.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <saddle/error.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

namespace saddle {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Hands out a file's lines that are not blank, field by field.
class Lines {
 public:
  Lines(const std::string& bytes, char delimiter, const std::string& name)
      : rest_(bytes), delimiter_(delimiter), name_(name) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  [[noreturn]] void fail(const std::string& why, const std::string& param = "path") const {
    throw ParamError(param, fmt::format("{}:{}: {}", name_, line_number_, why));
  }

  void skip(int64_t lines) {
    for (; lines > 0 && !rest_.empty(); --lines) take_line();
  }

  /// False at the end.
  bool next(std::vector<std::string>& fields) {
    std::string_view line;
    do {
      if (rest_.empty()) return false;
      line = take_line();
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
  std::string_view take_line() {
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_number_;
    return line;
  }

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

  std::string_view rest_;
  char delimiter_;
  std::string name_;
  int64_t line_number_ = 0;
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
  const auto place = number(wanted);
  if (place && *place == std::floor(*place)) {
    if (*place >= 1 && *place <= static_cast<double>(width)) return static_cast<size_t>(*place) - 1;
    throw ParamError(param,
                     fmt::format("{} has {} columns, counted from 1, and none is '{}'", name, width, wanted));
  }
  if (header.empty())
    throw ParamError(
        param, fmt::format("{} has no header that could name '{}'; count its columns from 1", name, wanted));
  std::string all;
  for (const std::string& one : header) all += (all.empty() ? "" : ", ") + one;
  throw ParamError(param, fmt::format("{} has no column '{}', only {}", name, wanted, all));
}

/// Classes in order, and each row's place among them.
void number_classes(const std::vector<std::string>& texts, Csv& csv) {
  std::map<std::string, int64_t> classes;
  for (const std::string& text : texts) classes.emplace(text, 0);
  for (const auto& [text, index] : classes) csv.classes.push_back(text);
  if (std::all_of(csv.classes.begin(), csv.classes.end(),
                  [](const std::string& text) { return number(text).has_value(); }))
    std::stable_sort(csv.classes.begin(), csv.classes.end(),
                     [](const std::string& a, const std::string& b) { return *number(a) < *number(b); });
  for (size_t i = 0; i < csv.classes.size(); ++i) classes[csv.classes[i]] = static_cast<int64_t>(i);
  csv.labels = at::empty({static_cast<int64_t>(texts.size())}, at::kLong);
  auto* out = csv.labels.mutable_data_ptr<int64_t>();
  for (const std::string& text : texts) *out++ = classes[text];
}

}  // namespace

Csv parse_csv(const std::string& bytes, const CsvOptions& options, const std::string& name) {
  Lines lines(bytes, options.delimiter, name);
  lines.skip(options.skip_lines);
  std::vector<std::string> fields, header;
  bool more = lines.next(fields);
  if (!more) throw ParamError("path", fmt::format("{} holds no rows", name));
  const size_t width = fields.size();
  const bool all_numbers =
      std::all_of(fields.begin(), fields.end(), [](const std::string& f) { return number(f).has_value(); });
  if (options.header == "first_line" || (options.header == "auto" && !all_numbers)) {
    header = fields;
    more = lines.next(fields);
    if (!more) throw ParamError("path", fmt::format("{} holds no rows, only a header", name));
  }

  const bool labelled = !options.label.empty();
  const size_t label = labelled ? find_column(options.label, header, width, "label", name) : width;
  std::vector<size_t> picked;
  for (const std::string& column : options.columns)
    picked.push_back(find_column(column, header, width, "columns", name));
  if (picked.empty())
    for (size_t i = 0; i < width; ++i)
      if (i != label) picked.push_back(i);
  if (picked.empty()) throw ParamError("label", fmt::format("{} has no column but the label", name));

  std::vector<double> values;
  std::vector<std::string> label_texts;
  for (; more; more = lines.next(fields)) {
    if (fields.size() != width)
      lines.fail(fmt::format("{} fields, but the first line has {}", fields.size(), width));
    for (const size_t i : picked) {
      const auto value = number(fields[i]);
      if (!value || !std::isfinite(*value)) {
        const std::string column = header.empty() ? fmt::format("{}", i + 1) : fmt::format("'{}'", header[i]);
        if (fields[i].empty()) lines.fail(fmt::format("column {} is empty", column));
        lines.fail(
            fmt::format("column {}: '{}' is not a {}number", column, fields[i], value ? "finite " : ""));
      }
      values.push_back(*value);
    }
    if (labelled) {
      if (fields[label].empty()) lines.fail("the label is empty");
      label_texts.push_back(fields[label]);
    }
  }

  Csv csv;
  for (const size_t i : picked) csv.names.push_back(header.empty() ? fmt::format("{}", i + 1) : header[i]);
  const auto columns = static_cast<int64_t>(picked.size());
  csv.values = at::empty({static_cast<int64_t>(values.size()) / columns, columns}, at::kDouble);
  std::copy(values.begin(), values.end(), csv.values.mutable_data_ptr<double>());
  if (labelled) number_classes(label_texts, csv);
  return csv;
}

}  // namespace saddle
