#include "concord/text.hpp"

#include <gtest/gtest.h>

#include "concord/result.hpp"

namespace concord::tests {
namespace {

using namespace std::string_view_literals;

TEST(Text, ValidUtf8StaysAsItIs) {
  for (const std::string_view text : {""sv, "car 7"sv, "Größe"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\x9A\x97"sv,
                                      "\xEF\xBF\xBF"sv, "\xED\x9F\xBF"sv, "\xF4\x8F\xBF\xBF"sv, "a\nb"sv}) {
    EXPECT_TRUE(is_utf8_text(text)) << to_utf8(text);
    EXPECT_EQ(to_utf8(text), text);
  }
}

TEST(Text, WhatIsNotUtf8IsShownByteByByte) {
  EXPECT_EQ(to_utf8("a\xFF"sv), "a\\xff");
  EXPECT_EQ(to_utf8("\0x"sv), "\\x00x");
  EXPECT_EQ(to_utf8("\xC0\x80"sv), "\\xc0\\x80") << "overlong";
  EXPECT_EQ(to_utf8("\xE0\x80\x80"sv), "\\xe0\\x80\\x80") << "overlong";
  EXPECT_EQ(to_utf8("\xED\xA0\x80"sv), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(to_utf8("\xF4\x90\x80\x80"sv), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
  EXPECT_EQ(to_utf8("\xE2\x82"sv), "\\xe2\\x82") << "cut";
  EXPECT_EQ(to_utf8("\xE2\x82z"sv), "\\xe2\\x82z");
  EXPECT_EQ(to_utf8("\x80"sv), "\\x80");
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      EXPECT_TRUE(is_utf8_text(to_utf8(text)));
      EXPECT_EQ(to_utf8(text) == text, is_utf8_text(text));
    }
  }
}

TEST(Text, NothingPrintableControlsTheTerminal) {
  EXPECT_EQ(printable("\x1b[2Jcar\n\x7f \xC2\x9B"
                      "31m°"sv),
            "\\x1b[2Jcar\\x0a\\x7f \\xc2\\x9b31m°");
}

TEST(Text, ErrorsAreOneHarmlessLine) {
  const Error error{ErrorCode::malformed, "track '\x1b[31m\xFF'", "a\nb.txt:1", "a\ttrack"};
  EXPECT_EQ(error.text(), "a b.txt:1: track '\\x1b[31m\\xff' (expected a track)");
}

}  // namespace
}  // namespace concord::tests
