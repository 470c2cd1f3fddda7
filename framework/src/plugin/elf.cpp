#include "plugin/elf.hpp"

#include <elf.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <vector>

namespace saddle {

std::string elf_problem(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) return "it can't be read";
  Elf64_Ehdr header{};
  if (!in.read(reinterpret_cast<char*>(&header), sizeof header)) return "it is no shared library (too short)";
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "it is no shared library";
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_type != ET_DYN ||
      header.e_ident[EI_DATA] != (std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB))
    return "it is no shared library for this machine";
  const auto truncated = [&](uint64_t offset, uint64_t bytes) {
    return offset > size || bytes > size - offset;
  };
  const char* const sentence = "it is truncated; copy or build it again";
  const uint64_t programs = uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  if (truncated(header.e_phoff, programs) ||
      truncated(header.e_shoff, uint64_t{header.e_shnum} * header.e_shentsize))
    return sentence;
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  in.seekg(static_cast<std::streamoff>(header.e_phoff));
  if (!in.read(reinterpret_cast<char*>(segments.data()), static_cast<std::streamsize>(programs)))
    return sentence;
  for (const auto& s : segments)
    if (truncated(s.p_offset, s.p_filesz)) return sentence;
  return {};
}

}  // namespace saddle
