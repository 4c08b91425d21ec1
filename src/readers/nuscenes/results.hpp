#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/nuscenes/tables.hpp"

namespace concord::readers::nuscenes {

/// A detection or tracking submission: a mapped file with the place of each known sample's array.
class ResultFile {
 public:
  /// An error when no sample of the results is one of the dataset's.
  [[nodiscard]] static Result<std::unique_ptr<ResultFile>> open(Tables& tables, const std::filesystem::path& path);

  /// The results on `samples` (the drive's frames) as label set `name`; global frame -> ego. Label ids are
  /// `sample_token:index`.
  [[nodiscard]] Result<LabelSet> read(Tables& tables, std::span<const std::uint32_t> samples, const std::string& name,
                                      Drive& drive) const;

 private:
  std::filesystem::path path_;
  std::string file_;
  MappedFile mapped_;
  std::vector<Span> array_of_sample_;  ///< by sample row; size 0 where the file says nothing
  std::size_t unknown_samples_ = 0;
};

}  // namespace concord::readers::nuscenes
