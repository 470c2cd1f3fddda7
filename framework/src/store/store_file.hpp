// Opening and reading a merged file, with messages that say what is wrong and the way out. Internal: sees
// HDF5.
#pragma once
#include "store/hdf5.hpp"
#include "store/paths.hpp"
#include "store/plan.hpp"
#include "store/trial_table.hpp"

namespace saddle::store {

/// Opens PATH.h5. Throws UserError when it is no HDF5 file, truncated, of a newer format or no store.
hdf5::File open_store_file(const StorePaths&);

/// The experiment's name that the file holds.
std::string experiment_of(const hdf5::File&);

void write_table(const hdf5::File&, const TrialTable&);
TrialTable read_table(const hdf5::File&);

void write_plan(const hdf5::File&, const Plan&);
/// The plan as the merged file holds it.
Plan read_plan(const hdf5::File&, const TrialTable&);

}  // namespace saddle::store
