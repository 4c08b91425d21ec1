#include "src/readers/kitti/dataset.hpp"
#include "src/readers/registry.hpp"

namespace concord::readers {
namespace {

class KittiFormat final : public Format {
 public:
  KittiFormat(kitti::Layout layout, std::string_view title) : layout_(std::move(layout)), title_(title) {}
  [[nodiscard]] std::string_view name() const override { return layout_.format; }
  [[nodiscard]] std::string_view title() const override { return title_; }
  [[nodiscard]] bool recognises(const std::filesystem::path& input) const override {
    return !kitti::find_root(input, layout_).empty();
  }
  [[nodiscard]] Result<std::unique_ptr<Dataset>> open(const std::filesystem::path& input,
                                                      const OpenOptions& options) const override {
    return kitti::open_kitti(input, layout_, options);
  }

 private:
  kitti::Layout layout_;
  std::string_view title_;
};

}  // namespace

const Format& kitti_tracking_format() {
  static const KittiFormat format({kitti::LineLayout::tracking, "kitti_tracking", "label_02"},
                                  "KITTI tracking benchmark");
  return format;
}

const Format& kitti_object_format() {
  static const KittiFormat format({kitti::LineLayout::object, "kitti_object", "label_2"}, "KITTI object benchmark");
  return format;
}

}  // namespace concord::readers
