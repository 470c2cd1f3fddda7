// Built on the parser's events, not on yaml-cpp's nodes: those accept duplicate keys, lose the place of an
// alias and overflow the stack on an anchor that contains itself.
#include "config/yaml_reader.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "config/read_source.hpp"
#include "config/unclosed.hpp"
#include "config/utf8.hpp"
#include "schema/scalar.hpp"

namespace saddle {
namespace {

constexpr size_t deepest_nesting = 64;
constexpr int64_t most_values_read = 1'000'000;  // with aliases written out

struct Stop {};  // nothing sensible can follow

struct Node {
  std::shared_ptr<Value> value;
  int64_t values = 1;  // it and everything below, with aliases written out
};

class Builder final : public YAML::EventHandler {
 public:
  Builder(std::shared_ptr<const Source> source, Mistakes& mistakes, size_t begin)
      : source_(std::move(source)), mistakes_(mistakes), begin_(begin) {
    line_starts_.push_back(0);
    for (size_t i = begin; i < source_->text.size(); ++i) {
      if (source_->text[i] == '\n') line_starts_.push_back(i + 1 - begin);
    }
    first_line_ = place_of(source_, begin).line;
  }

  ValuePtr root() const { return root_.value; }

  /// The parser takes a quote that is not closed for one that is closed at the end of the text.
  std::optional<size_t> open_quote(std::string_view text) const {
    size_t at = last_scalar_;
    while (at < text.size() && (text[at] == '!' || text[at] == '&')) {  // a tag or an anchor before it
      at = text.find_first_of(" \t\r\n", at);
      at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
    }
    const bool quoted = !last_plain_ && at < text.size() && (text[at] == '"' || text[at] == '\'');
    return quoted && closing_quote(text, at) == std::string_view::npos ? std::optional(at) : std::nullopt;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ < 2) return;
    const Place at = place(mark);
    const bool marked =
        byte_of(mark) < source_->text.size() && source_->text.compare(byte_of(mark), 3, "---") == 0;
    mistakes_.add(at, "", marked ? "a second document; a file holds one" : "unexpected text after the end");
    throw Stop();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Value v = plain_scalar("");
    v.place = place(mark);
    finish({std::make_shared<Value>(std::move(v))}, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    bool plain = tag == "?" || tag.ends_with(":int") || tag.ends_with(":float") || tag.ends_with(":bool");
    if (!plain && tag != "!" && !tag.empty() && !tag.ends_with(":str")) {
      unknown_tag(mark, tag);
      plain = true;
    }
    Value v = plain ? plain_scalar(text) : text_scalar(text);
    v.place = place(mark);
    plain_ = last_plain_ = plain;
    last_scalar_ = static_cast<size_t>(std::max(mark.pos, 0));
    finish({std::make_shared<Value>(std::move(v))}, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      mistakes_.add(place(mark), "", "the anchor contains itself");
      throw Stop();
    }
    // The copy stands where the alias does; what is below it stays at the anchor.
    Node copy{std::make_shared<Value>(*found->second.value), found->second.values};
    copy.value->place = place(mark);
    plain_ = false;
    finish(std::move(copy), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::list);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::map);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  size_t byte_of(const YAML::Mark& mark) const { return begin_ + static_cast<size_t>(std::max(mark.pos, 0)); }

  Place place(const YAML::Mark& mark) const {
    const size_t line = mark.line < 0 ? 0 : static_cast<size_t>(mark.line);
    const size_t start = begin_ + (line < line_starts_.size() ? line_starts_[line] : 0);
    const std::string_view before = std::string_view(source_->text)
                                        .substr(std::min(start, source_->text.size()),
                                                mark.column < 0 ? 0 : static_cast<size_t>(mark.column));
    const int shift = line == 0 ? characters(std::string_view(source_->text).substr(0, begin_)) : 0;
    return {source_, first_line_ + static_cast<int>(line), 1 + shift + characters(before)};
  }

 private:
  /// A list or a map that is being read.
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    std::unordered_set<std::string> keys;
    bool key_next = true;  // maps: whether a key is expected
    bool keep = true;      // whether the entry under way is kept
    std::string key;
    Place key_place;
  };

  void unknown_tag(const YAML::Mark& mark, const std::string& tag) {
    mistakes_.add(place(mark), "", "the tag '" + tag + "' has no meaning here");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value::Kind kind) {
    if (tag != "?" && tag != "!" && !tag.empty() && !tag.ends_with(":map") && !tag.ends_with(":seq")) {
      unknown_tag(mark, tag);
    }
    if (open_.size() >= deepest_nesting) {
      mistakes_.add(place(mark), "", "nested more than " + std::to_string(deepest_nesting) + " deep");
      throw Stop();
    }
    if (in_key()) throw YAML::Exception(mark, "a key must be a text");
    auto value = std::make_shared<Value>();
    value->kind = kind;
    value->place = place(mark);
    open_.push_back({{std::move(value)}, anchor, {}, true, true, {}, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    plain_ = false;
    finish(std::move(done.node), done.anchor);
  }

  bool in_key() const {
    return !open_.empty() && open_.back().node.value->is(Value::Kind::map) && open_.back().key_next;
  }

  void finish(Node node, YAML::anchor_t anchor) {
    if (anchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (in_key()) {
      take_key(*node.value);
    } else {
      take_value(std::move(node));
    }
  }

  void take_key(const Value& key) {
    Open& map = open_.back();
    map.key_next = false;
    map.key = key.text;
    map.key_place = key.place;
    map.keep = true;
    if (key.is(Value::Kind::null) || key.text.empty()) {
      mistakes_.add(key.place, "", "an empty key");
      map.keep = false;
    } else if (key.text == "<<" && plain_) {
      mistakes_.add(key.place, "", "merge keys are not part of YAML 1.2",
                    "Use `extends`, or write the values out.");
      map.keep = false;
    } else if (!map.keys.insert(key.text).second) {
      mistakes_.add(key.place, "", "the key '" + key.text + "' is here twice");
      map.keep = false;
    }
  }

  void take_value(Node node) {
    Open& parent = open_.back();
    parent.node.values += node.values;
    total_ += node.values;
    if (parent.node.values > most_values_read || total_ > 4 * most_values_read) {
      mistakes_.add(node.value->place, "", "more than a million values, aliases written out");
      throw Stop();
    }
    if (parent.node.value->is(Value::Kind::list)) {
      parent.node.value->list.push_back(std::move(node.value));
      return;
    }
    parent.key_next = true;
    // An empty value's mark is at whatever follows.
    if (node.value->is(Value::Kind::null) && node.value->place.line != parent.key_place.line) {
      node.value->place = parent.key_place;
    }
    if (parent.keep) parent.node.value->map.push_back({parent.key, parent.key_place, std::move(node.value)});
  }

  std::shared_ptr<const Source> source_;
  Mistakes& mistakes_;
  size_t begin_;
  int first_line_ = 1;
  std::vector<size_t> line_starts_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  Node root_;
  int64_t total_ = 0;
  int documents_ = 0;
  bool plain_ = false;  // whether the last scalar was unquoted
  bool last_plain_ = false;
  size_t last_scalar_ = 0;  // its first byte
};

}  // namespace

ValuePtr read_yaml_text(std::shared_ptr<const Source> source, Mistakes& mistakes, size_t begin, size_t size) {
  if (!check_text(source, mistakes)) return nullptr;
  std::istringstream in(source->text.substr(begin, size));
  Builder builder(source, mistakes, begin);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
    if (const auto quote = builder.open_quote(in.str())) {
      mistakes.add(
          place_of(source, begin + *quote), "",
          std::string("not YAML: the quote ") + source->text[begin + *quote] + " here is not closed");
      return nullptr;
    }
  } catch (const Stop&) {
    return nullptr;
  } catch (const YAML::Exception& e) {
    // Where a quote or a bracket is open, the parser stumbles over what follows.
    const std::optional<Unclosed> unclosed = find_unclosed(in.str());
    if (!unclosed || begin + unclosed->byte > builder.byte_of(e.mark)) {
      const bool reference = in.str().find("${") != std::string::npos;
      mistakes.add(builder.place(e.mark), "", "not YAML: " + e.msg,
                   reference ? "Within [ ] and { } a reference stands in quotes: '${path}'." : "");
    }
    if (unclosed) {
      std::string message = "not YAML: " + unclosed->message;
      if (unclosed->end) {
        const Place end = place_of(source, begin + *unclosed->end);
        message += ", at " + std::to_string(end.line) + ":" + std::to_string(end.column);
      }
      mistakes.add(place_of(source, begin + unclosed->byte), "", std::move(message), unclosed->hint);
    }
    return nullptr;
  }
  if (!builder.root()) mistakes.add({source, 1, 0}, "", "the file is empty");
  return builder.root();
}

ValuePtr read_yaml_text(std::shared_ptr<const Source> source) {
  Mistakes mistakes;
  ValuePtr value = read_yaml_text(std::move(source), mistakes);
  mistakes.throw_if_any();
  return value;
}

ValuePtr read_yaml(const std::string& path) { return read_yaml_text(read_source(path)); }

}  // namespace saddle
