#include "src/odd/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <set>
#include <sstream>

#include "concord/text.hpp"
#include "src/core/input_file.hpp"

namespace concord::odd {
namespace {

constexpr std::size_t kMaxNodes = 1'000'000;
constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 20U;

std::size_t line_of(const YAML::Mark& mark) { return mark.line < 0 ? 0 : static_cast<std::size_t>(mark.line) + 1; }

/// Thrown through yaml-cpp's parser, which knows no other way to stop.
struct Refused {
  std::size_t line;
  std::string message;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::string& file, Faults& faults)
      : text_(text), file_(file), faults_(faults) {}

  YamlNode root;

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    throw Refused{line_of(mark), "an alias (*name); write the value itself"};
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    put({.kind = YamlNode::Kind::null, .line = line_of_nothing(mark), .scalar = {}, .items = {}, .members = {}});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    put({.kind = YamlNode::Kind::scalar, .line = line_of(mark), .scalar = value, .items = {}, .members = {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::sequence, mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::map, mark);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    std::set<std::string> keys;
    std::string key;
    std::size_t key_line = 0;
    bool has_key = false;
  };

  /// yaml-cpp puts what is left out where the next thing stands: a key tells better, and so does an empty dash.
  [[nodiscard]] std::size_t line_of_nothing(const YAML::Mark& mark) const {
    const std::size_t line = line_of(mark);
    if (open_.empty()) return line;
    if (open_.back().node.is_map() && open_.back().has_key) return open_.back().key_line;
    const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    const std::size_t dash = text_.substr(0, std::min(at, text_.size())).rfind('-');
    if (!open_.back().node.is_sequence() || dash == std::string_view::npos) return line;
    const std::string_view gap = text_.substr(dash, at - dash);
    const auto between = std::count(gap.begin(), gap.end(), '\n');
    return line - std::min(line - 1, static_cast<std::size_t>(between));
  }

  void count(std::size_t line) {
    if (++nodes_ > kMaxNodes) throw Refused{line, fmt::format("more than {} values", kMaxNodes)};
  }
  void open(YamlNode::Kind kind, const YAML::Mark& mark) {
    const std::size_t line = line_of(mark);
    count(line);
    if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key) {
      throw Refused{line, "a key that is no text"};
    }
    open_.push_back({});
    open_.back().node.kind = kind;
    open_.back().node.line = line;
  }
  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    attach(std::move(node));
  }
  void put(YamlNode node) {
    count(node.line);
    if (!is_utf8_text(node.scalar)) throw Refused{node.line, "text that is not UTF-8"};
    attach(std::move(node));
  }
  void attach(YamlNode node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    if (!parent.has_key) {
      if (!node.is_scalar()) throw Refused{node.line, "a key that is no text"};
      if (!parent.keys.insert(node.scalar).second) {
        faults_.add("duplicate_key", Severity::error, {file_, node.line},
                    "the key '" + printable(node.scalar) + "' comes a second time in its map");
      }
      parent.key = std::move(node.scalar);
      parent.key_line = node.line;
      parent.has_key = true;
      return;
    }
    parent.node.members.push_back({std::move(parent.key), std::move(node)});
    parent.has_key = false;
  }

  std::string_view text_;
  const std::string& file_;
  Faults& faults_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::scalar:
      return "'" + printable(node.scalar.substr(0, 80)) + "'";
    case YamlNode::Kind::sequence:
      return "a sequence";
    case YamlNode::Kind::map:
      return "a map";
  }
  return "nothing";
}

Result<YamlNode> parse_yaml(std::string_view text, const std::string& file, Faults& faults) {
  const auto refuse = [&](std::size_t line, const std::string& message) {
    return Error{ErrorCode::malformed, message, file + ":" + std::to_string(line), "one YAML or JSON document"};
  };
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(text, file, faults);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return refuse(1, "is empty");
    TreeBuilder second(text, file, faults);
    if (parser.HandleNextDocument(second)) return refuse(second.root.line, "a second document");
  } catch (const YAML::DeepRecursion& e) {
    return refuse(line_of(e.mark), fmt::format("is nested over {} levels deep", e.depth()));
  } catch (const YAML::Exception& e) {
    return refuse(line_of(e.mark), printable(e.msg));
  } catch (const Refused& refused) {
    return refuse(refused.line, refused.message);
  }
  return std::move(builder.root);
}

Result<std::string> read_definition(const std::filesystem::path& path) {
  return read_file(path, kMaxBytes, "a YAML or JSON file");
}

}  // namespace concord::odd
