#include "files.hpp"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <saddle/error.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <sstream>

#include "fetchable.hpp"

namespace saddle {
namespace fs = std::filesystem;
namespace {

gzFile_s* gz(const std::shared_ptr<void>& file) { return static_cast<gzFile_s*>(file.get()); }

/// How to get a file that experiments of ours ask for, packed or not.
std::string to_get(const fs::path& file) {
  const std::string wanted = file.filename().string();
  std::istringstream lines(fetchable_data);
  for (std::string line; std::getline(lines, line);) {
    std::string name, files, one;
    std::istringstream(line) >> name >> files;
    std::istringstream each(files);
    while (std::getline(each, one, ','))
      if (one == wanted || one == wanted + ".gz") return fmt::format(". `./saddle fetch {}` gets it", name);
  }
  return wanted.starts_with("american-english") ? ". Debian's package wamerican has it" : "";
}

}  // namespace

InflatedFile::InflatedFile(const fs::path& file, std::string param)
    : name_(file.string()), param_(std::move(param)) {
  std::error_code error;
  if (fs::is_directory(file, error)) throw ParamError(param_, fmt::format("{} is a folder", name_));
  // gzread hands out the bytes of a file that is not compressed as they are.
  gz_ = std::shared_ptr<void>(gzopen(file.c_str(), "rb"), [](void* open) {
    if (open != nullptr) gzclose(static_cast<gzFile_s*>(open));
  });
  if (!gz_) throw ParamError(param_, fmt::format("can't read {}{}", name_, to_get(file)));
  gzbuffer(gz(gz_), 1 << 18);
}

size_t InflatedFile::read(char* to, size_t most) {
  size_t got = 0;
  while (got < most) {
    const int piece = gzread(gz(gz_), to + got, static_cast<unsigned>(std::min<size_t>(most - got, 1 << 30)));
    if (piece <= 0) break;
    got += static_cast<size_t>(piece);
  }
  int code = Z_OK;
  const char* message = gzerror(gz(gz_), &code);
  if (code == Z_BUF_ERROR)
    throw ParamError(param_, fmt::format("{} is cut off: its gzip data end early", name_));
  if (code == Z_ERRNO) throw ParamError(param_, fmt::format("can't read {}", name_));
  if (code != Z_OK) throw ParamError(param_, fmt::format("{} is damaged: {}", name_, message));
  return got;
}

std::string read_bytes(const fs::path& file, const std::string& param) {
  InflatedFile inflated(file, param);
  std::string bytes;
  constexpr size_t piece = 1 << 20;
  for (size_t got = piece; got == piece;) {
    const size_t old = bytes.size();
    bytes.resize(old + piece);
    got = inflated.read(bytes.data() + old, piece);
    bytes.resize(old + got);
  }
  return bytes;
}

Bytes owned(std::string bytes) {
  const auto kept = std::make_shared<const std::string>(std::move(bytes));
  return {*kept, kept};
}

Bytes map_bytes(const fs::path& file, const std::string& param) {
  { const InflatedFile readable(file, param); }  // says what is wrong with the path itself
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about {};
  std::array<unsigned char, 2> magic{};
  const bool known = descriptor >= 0 && fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) &&
                     about.st_size > 0 && pread(descriptor, magic.data(), magic.size(), 0) >= 0;
  const bool compressed = magic[0] == 0x1F && magic[1] == 0x8B;
  const auto size = static_cast<size_t>(known ? about.st_size : 0);
  void* begin = known && !compressed ? mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  if (descriptor >= 0) close(descriptor);
  if (begin == MAP_FAILED) return owned(read_bytes(file, param));
  return {{static_cast<const char*>(begin), size},
          std::shared_ptr<const void>(begin, [size](void* mapped) { munmap(mapped, size); })};
}

Tensor array_in(const Bytes& bytes, size_t offset, const Shape& shape, at::ScalarType type) {
  const char* begin = bytes.view.data() + offset;
  const size_t width = at::elementSize(type);
  if (reinterpret_cast<uintptr_t>(begin) % width == 0 && numel(shape) > 0)
    // Nobody writes into samples that were loaded.
    return at::from_blob(
        const_cast<char*>(begin), shape, [owner = bytes.owner](void*) {}, at::TensorOptions(type));
  Tensor copy = at::empty(shape, type);
  if (numel(shape) > 0) std::memcpy(copy.data_ptr(), begin, static_cast<size_t>(numel(shape)) * width);
  return copy;
}

bool TextLines::next(std::string_view& line) {
  constexpr size_t piece = 1 << 18;
  size_t searched = begin_;
  size_t end = buffer_.find('\n', searched);
  while (end == std::string::npos && !ended_) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    buffer_.resize(searched + piece);
    const size_t got = file_.read(buffer_.data() + searched, piece);
    buffer_.resize(searched + got);
    ended_ = got < piece;
    end = buffer_.find('\n', searched);
  }
  if (end == std::string::npos) {
    if (begin_ == buffer_.size()) return false;
    end = buffer_.size();
  }
  line = std::string_view(buffer_).substr(begin_, end - begin_);
  begin_ = std::min(end + 1, buffer_.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (++number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.find('\0') != std::string_view::npos) fail("not a text file: there is a zero byte");
  return true;
}

void TextLines::fail(const std::string& why, size_t column) const {
  const std::string at = column > 0 ? fmt::format(":{}", column) : std::string();
  throw ParamError(file_.param(), fmt::format("{}:{}{}: {}", file_.name(), number_, at, why));
}

std::optional<fs::path> first_there(const std::vector<fs::path>& candidates) {
  for (const fs::path& file : candidates) {
    std::error_code error;
    if (fs::is_regular_file(file, error)) return file;
  }
  return std::nullopt;
}

fs::path first_existing(const std::vector<fs::path>& candidates, const std::string& what,
                        const std::string& to_install) {
  if (const auto file = first_there(candidates)) return *file;
  std::string places;
  for (const fs::path& file : candidates) places += (places.empty() ? "" : ", ") + file.string();
  throw ParamError("path", fmt::format("can't find {}; looked for {}. {}", what, places, to_install));
}

void check_memory(double bytes, const std::string& name, const std::string& what,
                  const std::string& way_out) {
  std::ifstream about("/proc/meminfo");
  double available = 0;
  for (std::string word; about >> word;)
    if (word == "MemAvailable:") about >> available;
  available *= 1024;
  if (available == 0 || bytes < available) return;
  throw ParamError("path", fmt::format("{}: {} need {:.1f} GB, and {:.1f} GB of memory are free. {}", name,
                                       what, bytes / 1e9, available / 1e9, way_out));
}

}  // namespace saddle
