#include "npz.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <saddle/error.hpp>

#include <cstdint>
#include <vector>

#include "labels.hpp"

namespace saddle {
namespace {

struct Member {
  std::string name;
  uint64_t method = 0, crc = 0, stored = 0, size = 0, offset = 0;
};

/// An archive's directory lies at its end (PKWARE's APPNOTE 6.3.10, sections 4.3.6 to 4.5.3).
class Archive {
 public:
  Archive(std::string_view bytes, const std::string& name, const std::string& param)
      : bytes_(bytes), name_(name), param_(param) {
    const size_t end = bytes.rfind("PK\x05\x06");
    if (end == std::string::npos) fail("cut off: an .npz archive without its directory");
    need(end, 22);
    uint64_t count = number(end + 10, 2), at = number(end + 16, 4);
    if (end >= 20 && bytes.compare(end - 20, 4, "PK\x06\x07") == 0) {  // more than 4 GB
      const uint64_t record = number(end - 12, 8);
      count = number(record + 32, 8), at = number(record + 48, 8);
    }
    for (; count > 0; --count) at = read_entry(at);
  }

  const std::vector<Member>& members() const { return members_; }

  std::string content(const Member& member) const {
    const uint64_t start = member.offset + 30 + number(member.offset + 26, 2) + number(member.offset + 28, 2);
    need(start, member.stored);
    std::string content;
    if (member.method == 0) {
      content = std::string(bytes_.substr(start, member.stored));
    } else if (member.method == 8) {
      content = inflated(start, member);
    } else {
      fail(fmt::format("{} is compressed by method {}, which is not known here", member.name, member.method));
    }
    uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    if (content.size() != member.size || crc != member.crc) fail(member.name + " is damaged");
    return content;
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw ParamError(param_, fmt::format("{}: {}", name_, why));
  }

 private:
  void need(uint64_t at, uint64_t count) const {
    if (at > bytes_.size() || bytes_.size() - at < count)
      fail("damaged: its directory points beyond its end");
  }

  /// Little-endian.
  uint64_t number(uint64_t at, uint64_t count) const {
    need(at, count);
    uint64_t x = 0;
    for (uint64_t i = count; i-- > 0;) x = (x << 8) | static_cast<unsigned char>(bytes_[at + i]);
    return x;
  }

  uint64_t read_entry(uint64_t at) {
    need(at, 46);
    if (bytes_.compare(at, 4, "PK\x01\x02") != 0) fail("damaged: its directory is not readable");
    const uint64_t name_size = number(at + 28, 2), extra = number(at + 30, 2), comment = number(at + 32, 2);
    need(at + 46, name_size + extra);
    Member m{std::string(bytes_.substr(at + 46, name_size)),
             number(at + 10, 2),
             number(at + 16, 4),
             number(at + 20, 4),
             number(at + 24, 4),
             number(at + 42, 4)};
    if (number(at + 8, 2) & 1) fail(m.name + " is encrypted");
    const uint64_t last = at + 46 + name_size + extra;
    for (uint64_t e = at + 46 + name_size; e + 4 <= last; e += 4 + number(e + 2, 2)) {
      if (number(e, 2) != 1) continue;  // sizes of 64 bits stand here, those that did not fit, in this order
      uint64_t from = e + 4;
      for (uint64_t* x : {&m.size, &m.stored, &m.offset})
        if (*x == 0xFFFFFFFF) *x = number(from, 8), from += 8;
    }
    members_.push_back(m);
    return last + comment;
  }

  std::string inflated(uint64_t start, const Member& member) const {
    if (member.size / 1032 > member.stored) fail(member.name + " is damaged");  // deflate's best
    std::string content(member.size, '\0');
    z_stream stream{};
    inflateInit2(&stream, -MAX_WBITS);
    uint64_t in = 0, out = 0;
    int code = Z_OK;
    constexpr uint64_t piece = 1 << 30;
    while (code == Z_OK) {
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data() + start + in));
      stream.avail_in = static_cast<uInt>(std::min(piece, member.stored - in));
      stream.next_out = reinterpret_cast<Bytef*>(content.data() + out);
      stream.avail_out = static_cast<uInt>(std::min(piece, member.size - out));
      const uInt in_before = stream.avail_in, out_before = stream.avail_out;
      code = inflate(&stream, Z_NO_FLUSH);
      in += in_before - stream.avail_in, out += out_before - stream.avail_out;
    }
    inflateEnd(&stream);
    if (code != Z_STREAM_END || out != member.size) fail(member.name + " is damaged");
    return content;
  }

  std::string_view bytes_;
  std::string name_, param_;
  std::vector<Member> members_;
};

}  // namespace

bool is_zip(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06");
}

std::string npz_member(std::string_view bytes, const std::string& array, const std::string& name,
                       const std::string& param) {
  const Archive archive(bytes, name, param);
  std::vector<std::string> arrays;
  for (const Member& member : archive.members()) {
    arrays.push_back(member.name.ends_with(".npy") ? member.name.substr(0, member.name.size() - 4)
                                                   : member.name);
    if (!array.empty() && arrays.back() == array) return archive.content(member);
  }
  if (array.empty() && arrays.size() == 1) return archive.content(archive.members()[0]);
  const std::string wanted = array.empty() ? "which array?" : "no array '" + array + "'.";
  archive.fail(fmt::format("{} There are {}", wanted, arrays.empty() ? "none" : joined(arrays)));
}

}  // namespace saddle
