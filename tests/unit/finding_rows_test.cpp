#include "tools/output/finding_rows.hpp"

#include <gmock/gmock.h>

#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

const std::vector<std::string> kKeys{
    "id",       "fingerprint", "drive", "label_set",   "check",       "fault",      "scope",  "frame",    "frame_end",
    "time_ns",  "track",       "label", "other_track", "other_label", "class",      "sensor", "severity", "score",
    "surprise", "value",       "limit", "unit",        "proposal",    "root_cause", "message"};

Finding hostile() {
  Finding f;
  f.id = "0123456789abcdef";
  f.drive = "d\xFF";
  f.check = "box.duplicate";
  f.track = "=HYPERLINK(\"http://x\",\"a\")";
  f.label = "a\nb";
  f.other_track = "-5";
  f.other_label = "@x";
  f.severity = Severity::error;
  f.score = 0.5;
  f.value = -2.5;
  return f;
}

TEST(FindingRows, HaveExactlyThePromisedKeys) {
  for (const Finding& finding : {Finding{}, hostile()}) {
    std::vector<std::string> keys;
    const Json row = finding_row(finding, nullptr);
    for (const auto& [key, value] : row.items()) keys.push_back(key);
    EXPECT_EQ(keys, kKeys);
  }
}

TEST(FindingRows, MissingIsNull) {
  const Json row = finding_row({}, nullptr);
  for (const char* key : {"frame", "time_ns", "track", "surprise", "value", "limit", "proposal", "root_cause"}) {
    EXPECT_TRUE(row[key].is_null()) << key;
  }
}

TEST(FindingRows, CsvQuotesAndDefusesHostileTexts) {
  Json row{{"formula", "=1+1"}, {"number", "-5"},     {"value", -2.5},       {"quote", "a\"b"}, {"comma", "a,b"},
           {"line", "a\r\nb"},  {"null", nullptr},    {"at", "@x"},          {"minus", "-x"},   {"plus", "+49"},
           {"tab", "\tx"},      {"plain", "Größe 1"}, {"map", {{"x_m", 1}}}, {"empty", ""}};
  EXPECT_EQ(csv_head(row), "formula,number,value,quote,comma,line,null,at,minus,plus,tab,plain,map,empty");
  EXPECT_EQ(csv_line(row),
            "'=1+1,-5,-2.5,\"a\"\"b\",\"a,b\",\"a\r\nb\",,'@x,'-x,+49,'\tx,Größe 1,\"{\"\"x_m\"\":1}\",");
}

TEST(FindingRows, JsonIsOneLineOfUtf8) {
  const std::string line = json_line(finding_row(hostile(), nullptr));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(Json::parse(line)["drive"], "d\\xff");
  EXPECT_EQ(Json::parse(line)["label"], "a\nb");
}

TEST(Terminal, TextsAreCutByCharacters) {
  EXPECT_EQ(fitted("Straße 17", 0), "Straße 17");
  EXPECT_EQ(fitted("Straße 17", 9), "Straße 17");
  EXPECT_EQ(fitted("Straße 17", 6), "Straß…");
  EXPECT_EQ(fitted("ßß", 1), "…");
  EXPECT_EQ(fitted("a\x1b[2J", 0), "a\\x1b[2J");
  EXPECT_EQ(padded("ß", 3), "ß  ");
  EXPECT_EQ(padded("abcdef", 3), "ab…");
}

}  // namespace
}  // namespace concord::tools
