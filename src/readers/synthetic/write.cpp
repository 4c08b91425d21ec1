#include <fmt/format.h>
#include <cstring>
#include <system_error>
#include <utility>

#include "concord/openlabel.hpp"
#include "concord/synth.hpp"
#include "src/readers/common/files.hpp"
#include "src/synth/payloads.hpp"
#include "src/synth/simulate.hpp"

namespace concord {
namespace fs = std::filesystem;

namespace {

struct Field {
  const char* name;
  char type;  ///< of PCD: F float32, I int32
  const void* data;
};

/// A binary PCD of 4-byte columns.
std::string pcd_text(const std::vector<Field>& fields, std::size_t points) {
  std::string names, sizes, types, counts;
  for (const Field& field : fields) {
    names += std::string(" ") + field.name;
    sizes += " 4";
    types += std::string(" ") + field.type;
    counts += " 1";
  }
  std::string text = fmt::format(
      "# .PCD v0.7\nVERSION 0.7\nFIELDS{}\nSIZE{}\nTYPE{}\nCOUNT{}\nWIDTH {}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\n"
      "POINTS {}\nDATA binary\n",
      names, sizes, types, counts, points, points);
  constexpr std::size_t kBytes = 4;
  const std::size_t header = text.size();
  text.resize(header + points * fields.size() * kBytes);
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t k = 0; k < fields.size(); ++k) {
      std::memcpy(text.data() + header + (i * fields.size() + k) * kBytes,
                  static_cast<const char*>(fields[k].data) + i * kBytes, kBytes);
    }
  }
  return text;
}

/// The payload of one record as a PCD, in the sensor's frame.
Result<std::string> payload(const Sensor& sensor, const SensorRecord& record) {
  if (sensor.kind == SensorKind::radar) {
    CONCORD_ASSIGN_OR_RETURN(const RadarDetections d, synth::simulate_radar(record.path.native(), sensor.name));
    return pcd_text({{"x", 'F', d.x_m.data()},
                     {"y", 'F', d.y_m.data()},
                     {"z", 'F', d.z_m.data()},
                     {"range_rate", 'F', d.range_rate_mps.data()},
                     {"rcs", 'F', d.rcs_dbsm.data()}},
                    d.size());
  }
  CONCORD_ASSIGN_OR_RETURN(const PointCloud c, synth::simulate_cloud(record.path.native()));
  return pcd_text({{"x", 'F', c.x_m.data()},
                   {"y", 'F', c.y_m.data()},
                   {"z", 'F', c.z_m.data()},
                   {"intensity", 'F', c.intensity.data()},
                   {"time_offset", 'I', c.time_offset_ns.data()}},
                  c.size());
}

Result<void> write_payloads(Drive& drive, const fs::path& folder) {
  std::error_code failure;
  for (const Sensor& sensor : drive.sensors) {
    if (sensor.kind == SensorKind::camera) continue;
    fs::create_directories(folder / sensor.name, failure);
    if (failure) {
      return Error{ErrorCode::io, "cannot be created: " + failure.message(), (folder / sensor.name).string(),
                   "a writable folder"};
    }
  }
  for (SensorRecord& record : drive.records) {
    if (record.format != PayloadFormat::synthetic) continue;
    const Sensor& sensor = drive.sensors[record.sensor];
    CONCORD_ASSIGN_OR_RETURN(const std::string bytes, payload(sensor, record));
    record.path = folder / sensor.name / fmt::format("{:06}.pcd", record.frame);
    record.format = PayloadFormat::pcd;
    CONCORD_RETURN_IF_ERROR(readers::write_text(record.path, bytes));
  }
  return {};
}

}  // namespace

Result<void> write_synthetic(const SynthOptions& options, SynthClouds clouds, const fs::path& out) {
  std::error_code failure;
  fs::create_directories(out, failure);
  if (failure)
    return Error{ErrorCode::io, "cannot be created: " + failure.message(), out.string(), "a writable folder"};
  if (!fs::is_empty(out, failure)) {
    return Error{ErrorCode::invalid_argument, "is not empty", out.string(), "a new or empty folder"};
  }
  for (int index = 0; index < options.drives; ++index) {
    Drive drive = synth::make_drive(*synth::shared_world(options, index));
    if (clouds == SynthClouds::pcd) CONCORD_RETURN_IF_ERROR(write_payloads(drive, out / drive.name));
    CONCORD_RETURN_IF_ERROR(write_openlabel(drive, out / (drive.name + ".json")));
  }
  return {};
}

}  // namespace concord
