#include "src/readers/nuscenes/patch_tracks.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "src/readers/nuscenes/table_scan.hpp"

namespace concord::readers::nuscenes {
namespace {

/// A label of a track: an annotation row, or a copy of one.
struct Member {
  std::uint32_t row = kNone;
  std::uint32_t copy = kNone;  ///< index into LabelChanges::copies
  std::string token;
  std::string instance_before;
  const LabelChange* change = nullptr;
};

/// A track's labels in the order of their samples.
using Members = std::vector<Member>;

class TrackEditor {
 public:
  TrackEditor(Tables& tables, const LabelChanges& changes, TablesEdits& edits)
      : t_(tables), changes_(changes), edits_(edits) {}

  Result<void> run() {
    edits_.copy_members.resize(changes_.copies.size());
    CONCORD_RETURN_IF_ERROR(find_touched());
    if (before_.empty()) return {};
    CONCORD_RETURN_IF_ERROR(collect_members());
    CONCORD_RETURN_IF_ERROR(move_members());
    for (const auto& [instance, members] : before_) after_.try_emplace(instance);
    for (auto& [instance, members] : after_) CONCORD_RETURN_IF_ERROR(link(instance, members));
    return {};
  }

 private:
  [[nodiscard]] static bool changes_track(const LabelChange& change) {
    return change.dropped || change.track || change.raw_class || !change.new_token.empty();
  }
  [[nodiscard]] static Error refuse(const std::string& instance, std::string message, std::string expected) {
    return {ErrorCode::unsupported, std::move(message), "instance.json token " + instance.substr(0, 64),
            std::move(expected)};
  }
  [[nodiscard]] std::uint32_t instance_row(const std::string& instance) const {
    const auto token = t_.pool.find(instance);
    return token && !token->empty() ? t_.instance.index.find(*token) : kNone;
  }
  [[nodiscard]] auto order_of(const Member& member) const {
    const bool is_copy = member.copy != kNone;
    const std::uint32_t sample = is_copy ? changes_.copies[member.copy].sample : t_.sample_of_annotation[member.row];
    const bool placed = sample != kNone;
    return std::tuple(placed ? t_.scene_of_sample[sample] : kNone, placed ? changes_.position[sample] : kNone, is_copy,
                      is_copy ? member.copy : member.row);
  }
  void sort(Members& members) const {
    std::sort(members.begin(), members.end(),
              [&](const Member& a, const Member& b) { return order_of(a) < order_of(b); });
  }
  Result<std::string> instance_of(std::uint32_t annotation_row) {
    CONCORD_ASSIGN_OR_RETURN(const Row row, t_.row(t_.sample_annotation, annotation_row));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("instance_token"));
    return std::string(token);
  }
  Result<std::string> category_of(const std::string& instance) {
    const std::uint32_t found = instance_row(instance);
    if (found == kNone) return std::string();
    CONCORD_ASSIGN_OR_RETURN(const Row row, t_.row(t_.instance, found));
    CONCORD_ASSIGN_OR_RETURN(const std::uint32_t category, t_.follow(row, "category_token", t_.category));
    return category == kNone ? std::string() : t_.categories[category];
  }

  Result<void> find_touched();
  Result<void> collect_members();
  Result<void> move_members();
  Result<void> settle_class(const std::string& instance, Members members);
  Result<void> link(const std::string& instance, Members& members);
  Result<void> write_instance(const std::string& instance, const Members& members);
  std::string category_token(const std::string& name);

  Tables& t_;
  const LabelChanges& changes_;
  TablesEdits& edits_;
  std::map<std::string, Members> before_, after_;    // by instance token, those that edits touch
  std::map<std::string, std::string> new_class_;     // category name of an instance that changes it or is new
  std::map<std::string, std::string> new_category_;  // token of a category that is added, by name
};

/// The instances that labels leave or join, and the labels that are copied.
Result<void> TrackEditor::find_touched() {
  const auto touch = [&](const LabelChange& change, std::uint32_t copy) -> Result<void> {
    if (!changes_track(change)) return {};
    CONCORD_ASSIGN_OR_RETURN(const std::string instance, instance_of(change.row));
    for (const std::string& touched : {instance, change.track.value_or(instance)}) {
      if (instance_row(touched) == kRepeated) return refuse(touched, "token stands twice", "unique tokens");
      before_.try_emplace(touched);
    }
    if (copy == kNone) return {};
    after_[instance].push_back({change.row, copy, change.new_token, instance, &change});
    return {};
  };
  for (const auto& [row, change] : changes_.rows) CONCORD_RETURN_IF_ERROR(touch(change, kNone));
  for (std::uint32_t i = 0; i < changes_.copies.size(); ++i) CONCORD_RETURN_IF_ERROR(touch(changes_.copies[i], i));
  return {};
}

/// All labels of the touched instances, wherever they stand.
Result<void> TrackEditor::collect_members() {
  constexpr std::array<std::string_view, 2> kKeys{"token", "instance_token"};
  const std::string_view text = t_.sample_annotation.text();
  std::uint32_t row = 0;
  CONCORD_RETURN_IF_ERROR(scan_rows(t_.sample_annotation, kKeys, [&](Span, const std::array<Span, 2>& members) {
    const std::uint32_t here = row++;
    with_text(members[1].of(text), [&](std::string_view instance) {
      const auto touched = before_.find(std::string(instance));
      if (touched == before_.end()) return;
      const auto change = changes_.rows.find(here);
      Member member{here, kNone, {}, touched->first, change == changes_.rows.end() ? nullptr : &change->second};
      with_text(members[0].of(text), [&](std::string_view token) { member.token = token; });
      touched->second.push_back(std::move(member));
    });
  }));
  // Labels without an instance are not on one track.
  if (const auto none = before_.find(""); none != before_.end()) {
    std::erase_if(none->second, [](const Member& member) { return member.change == nullptr; });
  }
  for (auto& [instance, members] : before_) sort(members);
  return {};
}

/// Deals the labels to the instances that they belong to afterwards.
Result<void> TrackEditor::move_members() {
  std::map<std::string, Members> groups;
  const auto deal = [&](const Member& member) {
    if (member.change != nullptr && member.change->dropped) return;
    const bool moves = member.change != nullptr && member.change->track;
    groups[moves ? *member.change->track : member.instance_before].push_back(member);
  };
  for (const auto& [instance, members] : before_) std::for_each(members.begin(), members.end(), deal);
  for (const auto& [instance, members] : after_) std::for_each(members.begin(), members.end(), deal);
  after_.clear();
  for (auto& [instance, members] : groups) CONCORD_RETURN_IF_ERROR(settle_class(instance, std::move(members)));
  for (auto& [instance, members] : after_) sort(members);
  return {};
}

/// Gives the labels of one track their class: that of the instance, or of a new one for those that differ from it.
Result<void> TrackEditor::settle_class(const std::string& instance, Members members) {
  CONCORD_ASSIGN_OR_RETURN(const std::string own, category_of(instance));
  const bool exists = instance_row(instance) != kNone;
  std::map<std::string, Members> by_class;
  for (Member& member : members) {
    std::string name = own;
    if (!exists) {
      CONCORD_ASSIGN_OR_RETURN(name, category_of(member.instance_before));
    }
    if (member.change != nullptr && member.change->raw_class) name = *member.change->raw_class;
    by_class[name].push_back(std::move(member));
  }
  if (by_class.size() == 1 && !instance.empty()) {
    const std::string& name = by_class.begin()->first;
    if (!exists || name != own) new_class_[instance] = name;
    after_[instance] = std::move(by_class.begin()->second);
    return {};
  }
  for (auto& [name, part] : by_class) {
    if (name == own && (exists || instance.empty())) {
      after_[instance] = std::move(part);
      continue;
    }
    if (std::any_of(part.begin(), part.end(), [](const Member& m) { return m.change->track.has_value(); })) {
      return refuse(instance, "its labels would have several classes", "one class for all labels of a track");
    }
    const std::string founded = new_token(t_, instance + name + part.front().token);
    new_class_[founded] = name;
    after_[founded] = std::move(part);
  }
  return {};
}

/// Writes the links of `instance`'s labels that differ from those it had before.
Result<void> TrackEditor::link(const std::string& instance, Members& members) {
  using Neighbours = std::pair<std::string_view, std::string_view>;
  const auto neighbours = [](const Members& list, std::size_t i) {
    return Neighbours(i == 0 ? std::string_view() : list[i - 1].token,
                      i + 1 == list.size() ? std::string_view() : list[i + 1].token);
  };
  std::map<std::uint32_t, Neighbours> old;
  if (const auto before = before_.find(instance); before != before_.end()) {
    for (std::size_t i = 0; i < before->second.size(); ++i) {
      old[before->second[i].row] = neighbours(before->second, i);
      const LabelChange* change = before->second[i].change;
      if (change != nullptr && change->dropped) edits_.annotation.dropped.insert(before->second[i].row);
    }
  }
  if (instance.empty()) return {};
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& member = members[i];
    const Neighbours now = neighbours(members, i);
    const bool is_copy = member.copy != kNone;
    const bool joins = is_copy || member.instance_before != instance;
    if (!joins && old.at(member.row) == now) continue;
    MemberTexts& texts = is_copy ? edits_.copy_members[member.copy] : edits_.annotation.changed[member.row];
    texts["prev"] = json_string(now.first);
    texts["next"] = json_string(now.second);
    if (member.instance_before != instance) texts["instance_token"] = json_string(instance);
  }
  return write_instance(instance, members);
}

Result<void> TrackEditor::write_instance(const std::string& instance, const Members& members) {
  const std::uint32_t row = instance_row(instance);
  if (members.empty()) {
    if (row != kNone) edits_.instance.dropped.insert(row);
    return {};
  }
  MemberTexts texts;
  const auto before = before_.find(instance);
  const Members* old = row == kNone || before == before_.end() || before->second.empty() ? nullptr : &before->second;
  if (old == nullptr || old->size() != members.size()) texts["nbr_annotations"] = std::to_string(members.size());
  if (old == nullptr || old->front().token != members.front().token) {
    texts["first_annotation_token"] = json_string(members.front().token);
  }
  if (old == nullptr || old->back().token != members.back().token) {
    texts["last_annotation_token"] = json_string(members.back().token);
  }
  if (const auto name = new_class_.find(instance); name != new_class_.end()) {
    texts["category_token"] = json_string(category_token(name->second));
  }
  if (texts.empty()) return {};
  if (row != kNone) {
    edits_.instance.changed[row].merge(texts);
    return {};
  }
  // A new instance looks like the one that its first label comes from.
  texts["token"] = json_string(instance);
  const std::uint32_t model = instance_row(members.front().instance_before);
  const std::string_view text = model == kNone ? R"({"token": "", "category_token": "", "nbr_annotations": 0, )"
                                                 R"("first_annotation_token": "", "last_annotation_token": ""})"
                                               : t_.instance.rows[model].of(t_.instance.text());
  CONCORD_ASSIGN_OR_RETURN(std::string added, replace_members(text, texts, t_.instance.file));
  const auto last = static_cast<std::uint32_t>(t_.instance.rows.empty() ? 0 : t_.instance.rows.size() - 1);
  edits_.instance.added[model == kNone ? last : model].push_back(std::move(added));
  return {};
}

/// The token of the category of that name, which is added where there is none.
std::string TrackEditor::category_token(const std::string& name) {
  if (name.empty()) return {};
  const auto known = std::find(t_.categories.begin(), t_.categories.end(), name);
  if (known != t_.categories.end()) {
    const auto row = static_cast<std::uint32_t>(known - t_.categories.begin());
    std::string token;
    if (const auto parsed = t_.row(t_.category, row)) {
      if (const auto text = parsed.value().id("token")) token = text.value();
    }
    return token;
  }
  const auto [added, is_new] = new_category_.try_emplace(name);
  if (is_new) {
    added->second = new_token(t_, "category " + name);
    const auto last = static_cast<std::uint32_t>(t_.category.rows.empty() ? 0 : t_.category.rows.size() - 1);
    edits_.category.added[last].push_back("{\"token\": " + json_string(added->second) +
                                          ", \"name\": " + json_string(name) + ", \"description\": \"\"}");
  }
  return added->second;
}

}  // namespace

Result<void> edit_tracks(Tables& tables, const LabelChanges& changes, TablesEdits& edits) {
  return TrackEditor(tables, changes, edits).run();
}

}  // namespace concord::readers::nuscenes
