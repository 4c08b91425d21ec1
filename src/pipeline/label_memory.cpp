#include "src/pipeline/label_memory.hpp"

#include <string>

namespace concord::pipeline {

Result<std::uint64_t> count_labels_that_fit(const Drive& drive, std::uint64_t bytes_per_label,
                                            std::uint64_t memory_bytes) {
  std::uint64_t labels = 0;
  for (const LabelSet& set : drive.label_sets) labels += set.size();
  if (labels * bytes_per_label <= memory_bytes) return labels;
  return Error{ErrorCode::limit_exceeded, std::to_string(labels) + " labels do not fit --memory", drive.name,
               "--memory of at least " + std::to_string(labels * bytes_per_label / (1U << 20U) + 1) + "M"};
}

}  // namespace concord::pipeline
