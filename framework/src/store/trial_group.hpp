// The group /trials/<id> of layout version 1, the same in a shard and in the merged file. Internal: sees
// HDF5.
//
//   attributes         status, reason, reason_step, seed, steps, seconds, result_sha256 (empty without a
//   result) config             text series/<name>/     step, and value with step as its dimension scale:
//   xarray opens such a group metrics/<column>   a number, with attributes weights/final/…    one data set a
//   parameter, under its path; weights/averaged/… likewise samples            chunked and compressed
//   provenance         attributes
#pragma once
#include "store/hdf5.hpp"
#include "store/record.hpp"
#include "store/shard.hpp"

#include <string>
#include <vector>

namespace saddle::store {

constexpr int64_t format_version = 1;

/// Marks a file as a store, or the shard of one, of this version.
void write_format(const hdf5::File&);
/// Throws hdf5::Error when the file is no store or one of a newer version.
void check_format(const hdf5::File&, const std::string& path);

void write_trial(hid_t trials, const TrialRecord&);
TrialRecord read_trial(hid_t trials, const std::string& id, Part);
/// Copies a trial from file to file.
void copy_trial(hid_t from_trials, const std::string& id, hid_t to_trials);

/// Makes `scale` the axis of the one-dimensional data sets named.
void attach_axis(hid_t group, const std::string& scale, const std::vector<std::string>& names);

}  // namespace saddle::store
