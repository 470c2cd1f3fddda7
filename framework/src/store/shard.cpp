#include "store/shard.hpp"

#include "store/atomic_file.hpp"
#include "store/hdf5.hpp"
#include "store/trial_group.hpp"

#include <saddle/error.hpp>

#include <algorithm>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

size_t bytes_of(const Array& array) {
  return std::visit([](const auto& data) { return data.size() * sizeof data[0]; }, array.data);
}

size_t bytes_of(const TrialRecord& record) {
  size_t bytes = record.config.size() + (record.samples ? bytes_of(*record.samples) : 0);
  for (const auto* weights : {&record.weights, &record.averaged_weights})
    for (const NamedArray& weight : *weights) bytes += bytes_of(weight.array);
  return bytes;
}

}  // namespace

std::string shard_image(const TrialRecord& record) {
  hdf5::File file = hdf5::File::create_in_memory(record.id + ".h5", bytes_of(record));
  write_format(file);
  write_trial(hdf5::create_group(file.id(), "trials").id(), record);
  return file.close_image();
}

void write_shard(const StorePaths& paths, const TrialRecord& record) {
  AtomicFile target(paths.shard(record.id));
  target.write(shard_image(record));
  target.commit();
}

TrialRecord read_shard(const fs::path& path, Part part) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw UserError(path.string() + ": no such shard");
  try {
    const hdf5::File file = hdf5::File::open(path);
    check_format(file, path.string());
    return read_trial(hdf5::open_group(file.id(), "trials").id(), path.stem().string(), part);
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& error) {  // also what a damaged size makes the standard library throw
    throw UserError(path.string() + ": this shard can't be read (" + error.what() +
                    "); delete it and run the experiment again to train its trial anew");
  }
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

std::vector<std::string> list_shards(const StorePaths& paths) {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator at(paths.trials(), error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (path.extension() == ".h5" && !path.filename().string().starts_with('.'))
      ids.push_back(path.stem().string());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace saddle::store
