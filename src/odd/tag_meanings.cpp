#include "src/odd/tag_meanings.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "concord/embedded.hpp"
#include "src/odd/trimmed.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord::odd {
namespace {

constexpr std::size_t kLongestValue = 200;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return result;
}

/// The words of a text, in lower case: what lies between characters that are no letters.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lower(text)) {
    if (c >= 'a' && c <= 'z') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::vector<std::pair<std::string, std::string>> attributes_in(const YamlNode& map) {
  std::vector<std::pair<std::string, std::string>> said;
  for (const auto& [attribute, text] : map.members) said.emplace_back(attribute, text.scalar);
  return said;
}

}  // namespace

const TagMeanings& TagMeanings::builtin() {
  static const TagMeanings kBuiltin;
  return kBuiltin;
}

TagMeanings::TagMeanings() {
  constexpr std::string_view kName = "tags/default.yaml";
  const auto text = embedded_file(kName);
  Faults faults;
  const auto root = parse_yaml(text.value_or(""), std::string(kName), faults);
  if (!root || !faults.list().empty()) throw std::logic_error("the built-in meanings of tags are malformed");
  const auto list = [&](std::string_view key, std::set<std::string, std::less<>>& names) {
    const YamlNode* node = root->find(key);
    if (node == nullptr) return;
    for (const YamlNode& item : node->items) names.insert(item.scalar);
  };
  list("several", several_);
  list("ignore", ignored_);
  if (const YamlNode* types = root->find("tags")) {
    for (const auto& [type, values] : types->members) {
      for (const auto& [value, said] : values.members) said_[{lower(type), lower(value)}] = attributes_in(said);
    }
  }
  if (const YamlNode* words = root->find("description")) {
    for (const auto& [word, said] : words->members) words_[lower(word)] = attributes_in(said);
  }
}

const TagMeanings::Said* TagMeanings::meaning(const Tag& tag) const {
  const auto found = said_.find({lower(tag.type), lower(tag.value)});
  return found == said_.end() ? nullptr : &found->second;
}

void TagMeanings::claim_text(std::string_view attribute, std::string_view text, std::uint32_t begin, std::uint32_t end,
                             Claims& claims) {
  NoLimit no_limit;
  const auto limit = looks_like_limit(text) ? parse_limit(text, no_limit) : std::nullopt;
  if (!limit || !limit->bin.empty()) {
    claims.add_word(attribute, text, ValueSource::tagged, begin, end);
    return;
  }
  const Interval interval = closed(limit->interval);
  if (interval.low > interval.high) return;  // says nothing that can be true
  claims.add(attribute, {.word = {},
                         .low = interval.low,
                         .high = interval.high,
                         .source = ValueSource::tagged,
                         .begin = begin,
                         .end = end});
}

void TagMeanings::claim(const Tag& tag, Claims& claims) const {
  const std::uint32_t begin = tag.frame_begin;
  const std::uint32_t end = tag.frame_end == kNone ? claims.frames() : tag.frame_end + 1;
  if (begin >= end) return;
  if (tag.type == "description") {
    for (const std::string& word : words_of(tag.value.substr(0, 10'000))) {
      const auto found = words_.find(word);
      if (found == words_.end()) continue;
      for (const auto& [attribute, text] : found->second) claim_text(attribute, text, begin, end, claims);
    }
    return;
  }
  if (const Said* said = meaning(tag)) {
    for (const auto& [attribute, text] : *said) {
      if (!ignored_.contains(attribute)) claim_text(attribute, text, begin, end, claims);
    }
    return;
  }
  if (ignored_.contains(tag.type) || tag.value.size() > kLongestValue) return;
  const std::string_view value = trimmed(tag.value);
  if (!value.empty()) {
    claim_text(tag.type, value, begin, end, claims);
  } else if (!tag.number) {
    claims.add_word(tag.type, "true", ValueSource::tagged, begin, end);
  } else if (std::isfinite(*tag.number)) {
    claims.add(tag.type, {.word = {},
                          .low = *tag.number,
                          .high = *tag.number,
                          .source = ValueSource::tagged,
                          .begin = begin,
                          .end = end});
  }
}

std::optional<double> TagMeanings::number(const Drive& drive, std::string_view name) const {
  for (const Tag& tag : drive.tags) {
    if (tag.type == name && tag.number && std::isfinite(*tag.number)) return tag.number;
  }
  for (const Tag& tag : drive.tags) {
    const Said* said = meaning(tag);
    if (said == nullptr) continue;
    for (const auto& [attribute, text] : *said) {
      double value = 0;
      if (attribute == name && std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) {
        return value;
      }
    }
  }
  return std::nullopt;
}

}  // namespace concord::odd
