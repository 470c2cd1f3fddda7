#include "store/shard.hpp"

#include "store/atomic_file.hpp"
#include "store/hdf5.hpp"
#include "store/trial_group.hpp"

#include <saddle/error.hpp>

#include <algorithm>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

void write_shard(const StorePaths& paths, const TrialRecord& record) {
  AtomicFile target(paths.shard(record.id));
  try {
    hdf5::File file = hdf5::File::create(target.temporary());
    write_format(file);
    write_trial(hdf5::create_group(file.id(), "trials").id(), record);
    file.close();
  } catch (const hdf5::Error& error) {
    throw UserError(std::string(error.what()) + "; check the free space and the permissions of the folder");
  }
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

void add_metrics(const StorePaths& paths, const std::string& id, const std::vector<Metric>& metrics) {
  TrialRecord record = read_shard(paths.shard(id));
  put_metrics(record, metrics);
  write_shard(paths, record);
}

}  // namespace saddle::store
