# cmake -DOUT=... -DROOT=src/checks -DCHECKS="box/overlap;..." -P check_list.cmake: writes the C++ file that lists every
# check: its factory function, named for its path (box/overlap.cpp defines box_overlap()), and the text of its page.
set(declarations "")
set(pages "")
set(entries "")
foreach(path IN LISTS CHECKS)
  string(REPLACE "/" "_" function "${path}")
  string(REPLACE "/" "." id "${path}")
  file(READ "${ROOT}/${path}.md" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR length "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND declarations "Check ${function}();\n")
  string(APPEND pages "constexpr char k_${function}[] = {${bytes}'\\0'};\n")
  string(APPEND entries "    {\"${id}\", &${function}, std::string_view(k_${function}, ${length})},\n")
endforeach()
list(LENGTH CHECKS count)
file(WRITE "${OUT}" "// Generated from src/checks by check_list.cmake.
#include <array>

#include \"src/checks/registry.hpp\"

namespace concord::judging {

${declarations}
namespace {

${pages}
constexpr std::array<CheckSource, ${count}> kSources{{
${entries}}};

}  // namespace

std::span<const CheckSource> check_sources() { return kSources; }

}  // namespace concord::judging
")
