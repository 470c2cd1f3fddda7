#include "store/store_file.hpp"

#include "store/trial_group.hpp"

#include <saddle/error.hpp>

#include <cerrno>
#include <cstdio>
#include <iterator>
#include <span>
#include <sstream>
#include <system_error>
#include <type_traits>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

/// What a user can do about a merged file that is no use.
std::string way_out(const StorePaths& paths) {
  std::error_code ignored;
  if (fs::exists(paths.plan(), ignored))
    return "; move it away: " + paths.study.string() + " still holds its trials, and `saddle status " +
           paths.base.string() + " --merge` builds it again";
  return "; there is no " + paths.study.string() + " to build it from again";
}

void write_column(hid_t table, const Column& column) {
  std::visit(
      [&](const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<T, std::string>)
          hdf5::write_texts(table, column.name, values);
        else
          hdf5::write_numbers(table, column.name, {values.size()}, std::span(values));
      },
      column.values);
}

Column read_column(hid_t table, const std::string& name) {
  switch (hdf5::kind_of(hdf5::open_data(table, name).id(), name)) {
    case hdf5::Kind::text:
      return {name, hdf5::read_texts(table, name)};
    case hdf5::Kind::integer:
      return {name, hdf5::read_numbers<int64_t>(table, name)};
    case hdf5::Kind::unsigned_integer:
      return {name, hdf5::read_numbers<uint64_t>(table, name)};
    default:
      return {name, hdf5::read_numbers<double>(table, name)};
  }
}

/// Names of metrics hold no blanks.
std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : " ") + name;
  return all;
}

std::vector<std::string> split(const std::string& all) {
  std::istringstream in(all);
  return {std::istream_iterator<std::string>(in), {}};
}

void write_sources(hid_t group, const std::vector<PlanSource>& files) {
  std::vector<std::string> names, texts;
  for (const PlanSource& file : files) {
    names.push_back(file.name);
    texts.push_back(file.text);
  }
  hdf5::write_texts(group, "name", names);
  hdf5::write_texts(group, "text", texts);
}

std::vector<PlanSource> read_sources(hid_t group) {
  std::vector<PlanSource> files;
  const std::vector<std::string> names = hdf5::read_texts(group, "name"),
                                 texts = hdf5::read_texts(group, "text");
  if (names.size() != texts.size()) throw hdf5::Error("the plan's extended files have not one text a name");
  for (size_t i = 0; i < names.size(); ++i) files.push_back({names[i], texts[i]});
  return files;
}

}  // namespace

hdf5::File open_store_file(const StorePaths& paths) {
  const std::string path = paths.file.string();
  std::error_code ignored;
  if (fs::is_directory(paths.file, ignored)) throw UserError(path + ": a folder, not a store");
  if (!hdf5::is_hdf5(paths.file)) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    const std::error_code error(errno, std::generic_category());
    if (!file) throw UserError(path + ": cannot be read: " + error.message());
    std::fclose(file);
    throw UserError(path + ": not an HDF5 file, so no store" + way_out(paths));
  }
  try {
    hdf5::File file = hdf5::File::open(paths.file);
    try {
      check_format(file, path);
    } catch (const hdf5::Error& error) {
      throw UserError(error.what());
    }
    return file;
  } catch (const hdf5::Error& error) {
    throw UserError(path + ": a damaged HDF5 file, perhaps copied in part (" + error.what() + ")" +
                    way_out(paths));
  }
}

std::string experiment_of(const hdf5::File& file) {
  return hdf5::read_text_attribute(file.id(), "experiment");
}

void write_table(const hdf5::File& file, const TrialTable& table) {
  const hdf5::Handle group = hdf5::create_group(file.id(), "table");
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    write_column(group.id(), column);
    if (column.name != "id") names.push_back(column.name);
  }
  attach_axis(group.id(), "id", names);
}

TrialTable read_table(const hdf5::File& file) {
  const hdf5::Handle group = hdf5::open_group(file.id(), "table");
  TrialTable table;
  for (const std::string& name : hdf5::members(group.id())) {
    table.columns.push_back(read_column(group.id(), name));
    if (table.columns.back().size() != table.rows())
      throw hdf5::Error("the table's column '" + name + "' has not one value a row");
  }
  for (const char* name : {"id", "status", "seed", "steps", "seconds", "result_sha256"})
    if (!table.find(name)) throw hdf5::Error("the table has no column '" + std::string(name) + "'");
  return table;
}

void write_plan(const hdf5::File& file, const Plan& plan) {
  hdf5::write_attribute(file.id(), "experiment", plan.experiment);
  hdf5::write_attribute(file.id(), "created", plan.created);
  hdf5::write_attribute(file.id(), "plan_sha256", plan.plan_sha256);
  const hdf5::Handle group = hdf5::create_group(file.id(), "plan");
  hdf5::write_text(group.id(), "experiment", plan.experiment_text);
  hdf5::write_texts(group.id(), "overrides", plan.overrides);
  write_sources(hdf5::create_group(group.id(), "extends").id(), plan.extends);
  std::vector<std::string> configs, resolved, metrics;
  for (const PlanRow& row : plan.rows) {
    configs.push_back(row.config);
    resolved.push_back(row.resolved);
    if (row.metrics) metrics.push_back(joined(*row.metrics));
  }
  hdf5::write_texts(group.id(), "trials", configs);
  hdf5::write_texts(group.id(), "resolved", resolved);
  if (metrics.size() == plan.rows.size()) hdf5::write_texts(group.id(), "metrics", metrics);
}

Plan read_plan(const hdf5::File& file, const TrialTable& table) {
  Plan plan;
  plan.experiment = experiment_of(file);
  plan.created = hdf5::read_text_attribute(file.id(), "created");
  plan.plan_sha256 = hdf5::read_text_attribute(file.id(), "plan_sha256");
  const hdf5::Handle group = hdf5::open_group(file.id(), "plan");
  plan.experiment_text = hdf5::read_text(group.id(), "experiment");
  const std::vector<std::string> configs = hdf5::read_texts(group.id(), "trials");
  const std::vector<std::string> resolved = hdf5::read_texts(group.id(), "resolved");
  if (configs.size() != table.rows() || resolved.size() != table.rows())
    throw hdf5::Error("the plan and the table have different lengths");
  if (hdf5::exists(group.id(), "overrides")) plan.overrides = hdf5::read_texts(group.id(), "overrides");
  if (hdf5::exists(group.id(), "extends"))
    plan.extends = read_sources(hdf5::open_group(group.id(), "extends").id());
  std::vector<std::string> metrics;
  if (hdf5::exists(group.id(), "metrics")) metrics = hdf5::read_texts(group.id(), "metrics");
  const hdf5::Handle trials = hdf5::open_group(file.id(), "trials");
  const std::vector<std::string> axes = table.names_after("param.");
  for (size_t i = 0; i < table.rows(); ++i) {
    PlanRow row;
    row.id = table.find("id")->text(i);
    row.config = configs[i];
    row.resolved = resolved[i];
    row.seed = std::stoull(table.find("seed")->text(i));
    const auto status = status_from(table.find("status")->text(i));
    row.status = status == Status::skipped ? Status::skipped : Status::planned;
    if (row.status == Status::skipped && hdf5::exists(trials.id(), row.id))
      row.reason = read_trial(trials.id(), row.id, Part::summary).reason;
    if (i < metrics.size()) row.metrics = split(metrics[i]);
    for (const std::string& axis : axes) {
      const Column& column = *table.find("param." + axis);
      PlanParam param{axis, column.text(i), {}};
      if (!column.is_text()) param.number = column.number(i);
      if (!param.text.empty()) row.params.push_back(std::move(param));
    }
    plan.rows.push_back(std::move(row));
  }
  return plan;
}

}  // namespace saddle::store
