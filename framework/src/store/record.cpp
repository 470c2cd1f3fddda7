#include "store/record.hpp"

#include "store/digest.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace saddle::store {

namespace {

struct StatusName {
  Status status;
  std::string_view text;
};

constexpr std::array<StatusName, 11> status_names{{
    {Status::planned, "planned"},
    {Status::running, "running"},
    {Status::skipped, "skipped"},
    {Status::done, "done"},
    {Status::collapsed, "collapsed"},
    {Status::diverged, "diverged"},
    {Status::dead_critic, "dead_critic"},
    {Status::stalled, "stalled"},
    {Status::failed, "failed"},
    {Status::timed_out, "timed_out"},
    {Status::interrupted, "interrupted"},
}};

constexpr auto statuses = [] {
  std::array<Status, status_names.size()> out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = status_names[i].status;
  return out;
}();

/// The items in the order of their keys, whatever order they were recorded in.
template <class Item, class Key>
std::vector<const Item*> sorted(const std::vector<Item>& items, Key key) {
  std::vector<const Item*> out;
  for (const Item& item : items) out.push_back(&item);
  std::stable_sort(out.begin(), out.end(), [&](const Item* a, const Item* b) { return a->*key < b->*key; });
  return out;
}

void add(Digest& digest, const Array& array) {
  digest.integer(static_cast<uint64_t>(array.shape.size()));
  for (int64_t size : array.shape) digest.integer(size);
  std::visit(
      [&](const auto& data) {
        using Number = typename std::decay_t<decltype(data)>::value_type;
        digest.text(std::is_same_v<Number, float> ? "float32" : "float64");
        digest.integer(static_cast<uint64_t>(data.size()));
        for (Number value : data) digest.number(value);
      },
      array.data);
}

void add(Digest& digest, const std::vector<NamedArray>& arrays) {
  digest.integer(static_cast<uint64_t>(arrays.size()));
  for (const NamedArray* array : sorted(arrays, &NamedArray::path)) {
    digest.text(array->path);
    add(digest, array->array);
  }
}

void add(Digest& digest, const Series& series) {
  digest.text(series.name);
  digest.integer(static_cast<uint64_t>(series.steps.size()));
  for (int64_t step : series.steps) digest.integer(step);
  digest.integer(static_cast<uint64_t>(series.values.size()));
  for (double value : series.values) digest.number(value);
}

void add(Digest& digest, const AttributeValue& value) {
  digest.integer(static_cast<uint64_t>(value.index()));
  if (const auto* text = std::get_if<std::string>(&value)) digest.text(*text);
  if (const auto* integer = std::get_if<int64_t>(&value)) digest.integer(*integer);
  if (const auto* number = std::get_if<double>(&value)) digest.number(*number);
}

void add(Digest& digest, const Metric& metric) {
  digest.text(metric.column);
  digest.number(metric.value);
  digest.integer(static_cast<uint64_t>(metric.attributes.size()));
  for (const auto& [name, value] : metric.attributes) {
    digest.text(name);
    add(digest, value);
  }
}

}  // namespace

std::span<const Status> all_statuses() { return statuses; }

std::string_view to_text(Status status) {
  for (const StatusName& name : status_names)
    if (name.status == status) return name.text;
  return "unknown";
}

std::optional<Status> status_from(std::string_view text) {
  for (const StatusName& name : status_names)
    if (name.text == text) return name.status;
  return {};
}

bool is_result(Status status) { return status >= Status::done && status <= Status::stalled; }

bool has_ended(Status status) {
  return is_result(status) || status == Status::failed || status == Status::timed_out;
}

std::string result_sha256(const TrialRecord& record) {
  Digest digest;
  digest.text("saddle result 1");
  digest.text(record.config);
  digest.integer(static_cast<uint64_t>(record.series.size()));
  for (const Series* series : sorted(record.series, &Series::name)) add(digest, *series);
  digest.integer(static_cast<uint64_t>(record.metrics.size()));
  for (const Metric* metric : sorted(record.metrics, &Metric::column)) add(digest, *metric);
  add(digest, record.weights);
  add(digest, record.averaged_weights);
  digest.integer(static_cast<uint64_t>(record.samples ? 1 : 0));
  if (record.samples) add(digest, *record.samples);
  return digest.hex();
}

bool is_column_of(std::string_view column, std::string_view metric) {
  return column.starts_with(metric) && (column.size() == metric.size() || column[metric.size()] == '.');
}

void put_metrics(TrialRecord& record, const std::vector<Metric>& metrics) {
  for (const Metric& metric : metrics) {
    const auto same = std::find_if(record.metrics.begin(), record.metrics.end(),
                                   [&](const Metric& old) { return old.column == metric.column; });
    if (same == record.metrics.end())
      record.metrics.push_back(metric);
    else
      *same = metric;
  }
}

}  // namespace saddle::store
