// What opens and what does not: regular files, and nothing that a program could wait for.

#include "src/core/input_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "concord/dataset.hpp"
#include "concord/hash.hpp"
#include "src/readers/common/files.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

class InputFileTest : public testing::Test {
 protected:
  InputFileTest() {
    write_bytes(path("file.txt"), "content");
    write_bytes(path("empty.txt"), "");
    fs::create_directory(path("folder.txt"));
    EXPECT_EQ(::mkfifo(path("pipe.txt").c_str(), 0600), 0);
    fs::create_symlink("nowhere", path("dangling.txt"));
    fs::create_symlink("loop.txt", path("loop.txt"));
    fs::create_symlink("file.txt", path("link.txt"));
    fs::create_symlink("/dev/zero", path("device.txt"));
  }
  [[nodiscard]] fs::path path(const char* name) const { return folder_.path() / name; }

  const std::vector<std::pair<const char*, const char*>> refused_{
      {"folder.txt", "is a folder"},    {"pipe.txt", "is a pipe"},     {"dangling.txt", "is a link that leads nowhere"},
      {"loop.txt", "cannot be opened"}, {"device.txt", "is a device"}, {"absent.txt", "cannot be opened"}};
  TemporaryFolder folder_;
};

TEST_F(InputFileTest, OnlyRegularFilesOpen) {
  for (const auto& [name, message] : refused_) {
    const Error error = InputFile::open(path(name), "a text").error();
    EXPECT_EQ(error.where, path(name).string());
    EXPECT_EQ(error.message.find(message), 0U) << name << ": " << error.message;
    EXPECT_EQ(error.expected, "a text");
    EXPECT_FALSE(read_file(path(name), 100).ok());
    EXPECT_FALSE(sha256_file(path(name)).ok());
    EXPECT_FALSE(readers::MappedFile::open(path(name)).ok());
    EXPECT_EQ(first_bytes(path(name), 10), "");
    EXPECT_NE(why_no_file(path(name)), "");
  }
  EXPECT_EQ(why_no_file(path("link.txt")), "");
  EXPECT_EQ(InputFile::open(path("absent.txt")).error().code, ErrorCode::not_found);
}

TEST_F(InputFileTest, ReadsWhatIsThereAndNoMoreThanAllowed) {
  EXPECT_EQ(read_file(path("link.txt"), 7).value(), "content");
  EXPECT_EQ(read_file(path("empty.txt"), 0).value(), "");
  EXPECT_EQ(read_file(path("file.txt"), 6).error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(first_bytes(path("file.txt"), 3), "con");
  EXPECT_EQ(first_bytes(path("file.txt"), 300), "content");
  InputFile file = InputFile::open(path("file.txt")).value();
  std::string text(4, ' ');
  EXPECT_EQ(file.read(text.data(), 4).value(), 4U);
  EXPECT_EQ(file.read(text.data(), 4).value(), 3U);
  EXPECT_EQ(file.read(text.data(), 4).value(), 0U);
}

TEST_F(InputFileTest, HashesAreOfTheWholeFile) {
  // Longer than the buffer, and exactly as long.
  for (const std::size_t size : {std::size_t{1} << 20U, (std::size_t{5} << 18U) + 3}) {
    const std::string text(size, 'x');
    write_bytes(path("long.txt"), text);
    Sha256 hash;
    hash.update(text);
    EXPECT_EQ(sha256_file(path("long.txt")).value(), hash.hex());
  }
}

TEST_F(InputFileTest, ListsWhatIsNoFileToo) {
  const auto names = readers::list_files(folder_.path(), ".txt").value();
  EXPECT_EQ(names.size(), 8U);
  for (const auto& [name, message] : refused_) {
    EXPECT_EQ(readers::is_present(path(name)), std::string_view(name) != "absent.txt") << name;
  }
  EXPECT_EQ(readers::list_files(folder_.path()).value().size(), 7U);  // but for the folder
  EXPECT_FALSE(readers::list_files(path("file.txt")).ok());
}

TEST_F(InputFileTest, CopiesEndAtLoopsAndAtWhatIsNoFile) {
  const auto copy = [&](const fs::path& from) {
    const TemporaryFolder out;
    auto done = readers::copy_tree(from, out.path() / "copy", [](const fs::path&, const fs::path&) { return false; });
    return done ? std::string() : done.error().text();
  };
  const fs::path input = path("input");
  write_bytes(input / "a/file", "x");
  fs::create_directory_symlink("a", input / "b");  // a folder under two names
  EXPECT_EQ(copy(input), "");
  fs::create_directory_symlink("..", input / "a/up");
  EXPECT_NE(copy(input).find("is a link to a folder that it lies in"), std::string::npos) << copy(input);
  fs::remove(input / "a/up");
  ASSERT_EQ(::mkfifo((input / "pipe").c_str(), 0600), 0);
  EXPECT_NE(copy(input).find("it is a pipe"), std::string::npos) << copy(input);
  fs::remove(input / "pipe");
  // Each folder links to the next one twice: 2^20 ways to the last.
  for (int i = 0; i < 20; ++i) {
    const fs::path folder = input / ("d" + std::to_string(i));
    fs::create_directory(folder);
    for (const char* name : {"one", "two"}) fs::create_directory_symlink("../d" + std::to_string(i + 1), folder / name);
  }
  fs::create_directory(input / "d20");
  EXPECT_NE(copy(input).find("linked too often"), std::string::npos) << copy(input);
}

}  // namespace
}  // namespace concord::tests
