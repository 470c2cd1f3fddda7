// NumPy's .npz: a ZIP archive of .npy files.
#pragma once
#include <string>
#include <string_view>

namespace saddle {

bool is_zip(std::string_view bytes);

/// The bytes of the member `array`.npy, inflated and checked (CRC-32); without a name the only member. `name`
/// is for messages; throws ParamError(param, …).
std::string npz_member(std::string_view bytes, const std::string& array, const std::string& name,
                       const std::string& param);

}  // namespace saddle
