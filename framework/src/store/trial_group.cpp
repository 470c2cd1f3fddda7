#include "store/trial_group.hpp"

#include <hdf5_hl.h>

#include <span>
#include <stdexcept>

namespace saddle::store {

namespace {

using hdf5::Handle;

/// Names become links of HDF5: one step each.
const std::string& checked(const std::string& name) {
  if (name.empty() || name == "." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    throw std::invalid_argument("'" + name + "' can't name a part of a trial");
  return name;
}

void write_array(hid_t group, const std::string& name, const Array& array, hdf5::Layout layout) {
  const hdf5::Shape shape(array.shape.begin(), array.shape.end());
  std::visit([&](const auto& data) { hdf5::write_numbers(group, name, shape, std::span(data), layout); },
             array.data);
}

Array read_array(hid_t group, const std::string& name) {
  const Handle data = hdf5::open_data(group, name);
  const hdf5::Shape shape = hdf5::shape_of(data.id(), name);
  Array array{{shape.begin(), shape.end()}, {}};
  if (hdf5::kind_of(data.id(), name) == hdf5::Kind::float32)
    array.data = hdf5::read_numbers<float>(group, name);
  else
    array.data = hdf5::read_numbers<double>(group, name);
  return array;
}

/// Writes an array under a path, making the groups on the way.
void write_at_path(hid_t group, const std::string& path, const Array& array) {
  const size_t slash = path.find('/');
  if (slash == std::string::npos) return write_array(group, checked(path), array, hdf5::Layout::contiguous);
  const std::string first = checked(path.substr(0, slash));
  const Handle inner =
      hdf5::exists(group, first) ? hdf5::open_group(group, first) : hdf5::create_group(group, first);
  write_at_path(inner.id(), path.substr(slash + 1), array);
}

void write_arrays(hid_t weights, const std::string& name, const std::vector<NamedArray>& arrays) {
  if (arrays.empty()) return;
  const Handle group = hdf5::create_group(weights, name);
  for (const NamedArray& array : arrays) write_at_path(group.id(), array.path, array.array);
}

void read_arrays(hid_t group, const std::string& prefix, std::vector<NamedArray>& out) {
  for (const std::string& name : hdf5::members(group)) {
    if (hdf5::is_group(group, name))
      read_arrays(hdf5::open_group(group, name).id(), prefix + name + "/", out);
    else
      out.push_back({prefix + name, read_array(group, name)});
  }
}

std::vector<NamedArray> read_arrays(hid_t weights, const std::string& name) {
  std::vector<NamedArray> out;
  if (hdf5::exists(weights, name)) read_arrays(hdf5::open_group(weights, name).id(), "", out);
  return out;
}

void write_series(hid_t all, const Series& series) {
  if (series.steps.size() != series.values.size())
    throw std::logic_error("the series '" + series.name + "' has not one value a step");
  const Handle group = hdf5::create_group(all, checked(series.name));
  hdf5::write_numbers(group.id(), "step", {series.steps.size()}, std::span(series.steps));
  hdf5::write_numbers(group.id(), "value", {series.values.size()}, std::span(series.values));
  attach_axis(group.id(), "step", {"value"});
}

Series read_series(hid_t all, const std::string& name) {
  const Handle group = hdf5::open_group(all, name);
  return {name, hdf5::read_numbers<int64_t>(group.id(), "step"),
          hdf5::read_numbers<double>(group.id(), "value")};
}

void write_metric(hid_t all, const Metric& metric) {
  const double value = metric.value;
  hdf5::write_numbers(all, checked(metric.column), {}, std::span(&value, 1));
  const Handle data = hdf5::open_data(all, metric.column);
  for (const auto& [name, attribute] : metric.attributes)
    std::visit([&](const auto& v) { hdf5::write_attribute(data.id(), name, v); }, attribute);
}

Metric read_metric(hid_t all, const std::string& column) {
  Metric metric{column, hdf5::read_numbers<double>(all, column).at(0), {}};
  const Handle data = hdf5::open_data(all, column);
  for (const std::string& name : hdf5::attribute_names(data.id())) {
    hdf5::Scalar value = hdf5::read_attribute(data.id(), name);
    if (auto* text = std::get_if<std::string>(&value)) metric.attributes[name] = std::move(*text);
    if (const auto* number = std::get_if<int64_t>(&value)) metric.attributes[name] = *number;
    if (const auto* number = std::get_if<uint64_t>(&value))
      metric.attributes[name] = static_cast<int64_t>(*number);
    if (const auto* number = std::get_if<double>(&value)) metric.attributes[name] = *number;
  }
  return metric;
}

uint64_t read_seed(hid_t group) {
  const hdf5::Scalar seed = hdf5::read_attribute(group, "seed");
  if (const auto* number = std::get_if<uint64_t>(&seed)) return *number;
  return static_cast<uint64_t>(hdf5::read_integer_attribute(group, "seed"));
}

void read_light(hid_t group, TrialRecord& record) {
  record.config = hdf5::read_text(group, "config");
  const Handle series = hdf5::open_group(group, "series");
  for (const std::string& name : hdf5::members(series.id()))
    record.series.push_back(read_series(series.id(), name));
  const Handle provenance = hdf5::open_group(group, "provenance");
  for (const std::string& name : hdf5::attribute_names(provenance.id()))
    record.provenance.emplace_back(name, hdf5::read_text_attribute(provenance.id(), name));
}

}  // namespace

void write_format(const hdf5::File& file) {
  hdf5::write_attribute(file.id(), "saddle_format", format_version);
}

void check_format(const hdf5::File& file, const std::string& path) {
  if (!hdf5::has_attribute(file.id(), "saddle_format"))
    throw hdf5::Error(path +
                      ": not a Saddle store: an HDF5 file of another program (no attribute saddle_format)");
  const int64_t version = hdf5::read_integer_attribute(file.id(), "saddle_format");
  if (version > format_version)
    throw hdf5::Error(path + ": written in format " + std::to_string(version) + "; this Saddle reads up to " +
                      std::to_string(format_version) + ": use a newer Saddle");
}

void attach_axis(hid_t group, const std::string& scale, const std::vector<std::string>& names) {
  const Handle axis = hdf5::open_data(group, scale);
  if (H5DSset_scale(axis.id(), scale.c_str()) < 0) hdf5::fail(group, "make an axis of", scale);
  for (const std::string& name : names) {
    const Handle data = hdf5::open_data(group, name);
    if (H5DSattach_scale(data.id(), axis.id(), 0) < 0) hdf5::fail(group, "give an axis to", name);
  }
}

void write_trial(hid_t trials, const TrialRecord& record) {
  const Handle group = hdf5::create_group(trials, checked(record.id));
  const auto attribute = [&](const char* name, hdf5::Scalar value) {
    hdf5::write_attribute(group.id(), name, value);
  };
  attribute("status", std::string(to_text(record.status)));
  attribute("reason", record.reason);
  attribute("reason_step", record.reason_step);
  attribute("seed", record.seed);
  attribute("steps", record.steps);
  attribute("seconds", record.seconds);
  attribute("result_sha256", has_ended(record.status) ? result_sha256(record) : std::string());
  hdf5::write_text(group.id(), "config", record.config);

  const Handle series = hdf5::create_group(group.id(), "series");
  for (const Series& one : record.series) write_series(series.id(), one);
  const Handle metrics = hdf5::create_group(group.id(), "metrics");
  for (const Metric& one : record.metrics) write_metric(metrics.id(), one);
  const Handle weights = hdf5::create_group(group.id(), "weights");
  write_arrays(weights.id(), "final", record.weights);
  write_arrays(weights.id(), "averaged", record.averaged_weights);
  if (record.samples) write_array(group.id(), "samples", *record.samples, hdf5::Layout::compressed);
  const Handle provenance = hdf5::create_group(group.id(), "provenance");
  for (const auto& [name, text] : record.provenance) hdf5::write_attribute(provenance.id(), name, text);
}

TrialRecord read_trial(hid_t trials, const std::string& id, Part part) {
  const Handle group = hdf5::open_group(trials, id);
  TrialRecord record;
  record.id = id;
  const std::string status = hdf5::read_text_attribute(group.id(), "status");
  const auto known = status_from(status);
  if (!known) throw hdf5::Error("the trial " + id + " has the unknown status '" + status + "'");
  record.status = *known;
  record.reason = hdf5::read_text_attribute(group.id(), "reason");
  record.reason_step = hdf5::read_integer_attribute(group.id(), "reason_step");
  record.seed = read_seed(group.id());
  record.steps = hdf5::read_integer_attribute(group.id(), "steps");
  record.seconds = hdf5::read_number_attribute(group.id(), "seconds");
  record.stored_sha256 = hdf5::read_text_attribute(group.id(), "result_sha256");
  const Handle metrics = hdf5::open_group(group.id(), "metrics");
  for (const std::string& column : hdf5::members(metrics.id()))
    record.metrics.push_back(read_metric(metrics.id(), column));
  if (part == Part::summary) return record;

  read_light(group.id(), record);
  if (part == Part::light) return record;

  const Handle weights = hdf5::open_group(group.id(), "weights");
  record.weights = read_arrays(weights.id(), "final");
  record.averaged_weights = read_arrays(weights.id(), "averaged");
  if (hdf5::exists(group.id(), "samples")) record.samples = read_array(group.id(), "samples");
  return record;
}

void copy_trial(hid_t from_trials, const std::string& id, hid_t to_trials) {
  hdf5::copy(from_trials, id, to_trials, id);
  // H5Ocopy leaves the references between value and step behind as nulls: they are made anew.
  const Handle group = hdf5::open_group(to_trials, id);
  const Handle all = hdf5::open_group(group.id(), "series");
  for (const std::string& name : hdf5::members(all.id())) {
    const Handle series = hdf5::open_group(all.id(), name);
    for (const char* data : {"step", "value"}) {
      const Handle object = hdf5::open_data(series.id(), data);
      for (const char* attribute : {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST"})
        if (hdf5::has_attribute(object.id(), attribute)) hdf5::remove_attribute(object.id(), attribute);
    }
    attach_axis(series.id(), "step", {"value"});
  }
}

}  // namespace saddle::store
