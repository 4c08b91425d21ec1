#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "concord/dataset.hpp"
#include "concord/synth.hpp"
#include "src/synth/payloads.hpp"

namespace concord {
namespace {

using ::testing::HasSubstr;

TEST(SynthOptions, AreReadWithAndWithoutPrefix) {
  for (const char* text : {"synthetic:seed=3,frames=20,road=urban,curbs=0,lidar_noise_m=0.05",
                           "seed=3,frames=20,road=urban,curbs=0,lidar_noise_m=0.05"}) {
    const auto options = parse_synth_options(text);
    ASSERT_TRUE(options.ok()) << options.error().text();
    EXPECT_EQ(options->seed, 3U);
    EXPECT_EQ(options->frames, 20);
    EXPECT_EQ(options->road, SynthRoad::urban);
    EXPECT_FALSE(options->curbs);
    EXPECT_EQ(options->lidar_noise_m, 0.05);
    EXPECT_EQ(options->objects, SynthOptions{}.objects);
  }
}

TEST(SynthOptions, TextGivesTheSameOptionsAgain) {
  for (const char* text : {"synthetic:", "synthetic:seed=9007199254740992,rate_hz=12.5,rolling=0,range_m=33.25",
                           "synthetic:drives=7,road=highway,lidar_azimuth_deg=0.1"}) {
    const auto options = parse_synth_options(text);
    ASSERT_TRUE(options.ok()) << options.error().text();
    EXPECT_EQ(to_string(*options), text);
  }
  EXPECT_EQ(to_string(*parse_synth_options("seed=1,frames=100")), "synthetic:");
}

TEST(SynthOptions, HostileTextIsAnErrorThatNamesTheKey) {
  struct Case {
    std::string text, part;
  };
  const std::vector<Case> cases{{"sede=3", "unknown key 'sede'"},
                                {"=", "unknown key ''"},
                                {",", "unknown key ''"},
                                {"seed", "no value"},
                                {"seed=", "no number"},
                                {"seed=1,seed=1", "twice"},
                                {"seed=-1", "out of range"},
                                {"seed=1.5", "out of range"},
                                {"seed=nan", "no number"},
                                {"seed=inf", "no number"},
                                {"seed=1e400", "no number"},
                                {"seed=0x10", "no number"},
                                {"seed= 1", "no number"},
                                {"frames=0", "out of range"},
                                {"frames=1e18", "out of range"},
                                {"frames=20001", "too many to simulate"},
                                {"frames=1000000,cycle=100,objects=300", "1.2e8"},
                                {"objects=301", "out of range"},
                                {"road=sea", "'sea' is unknown"},
                                {"road=", "'' is unknown"},
                                {"rolling=2", "out of range"},
                                {"lidar_beams=128,lidar_azimuth_deg=0.05", ""},
                                {"rate_hz=50,time_jitter_ms=10", "change their order"},
                                {std::string(100'000, 'x'), "unknown key"},
                                {"seed=" + std::string(100'000, '1'), "seed"},
                                {std::string("seed=1\0,frames=2", 16), "no number"}};
  for (const Case& c : cases) {
    const auto options = parse_synth_options("synthetic:" + c.text);
    if (c.part.empty()) {
      EXPECT_TRUE(options.ok()) << c.text;
      continue;
    }
    ASSERT_FALSE(options.ok()) << c.text.substr(0, 100);
    EXPECT_THAT(options.error().text(), HasSubstr(c.part));
    EXPECT_LT(options.error().text().size(), 1000U);
  }
}

TEST(SynthOptions, ADatasetIsOpenedFromThemAlone) {
  const auto dataset = open_dataset("synthetic:seed=5,drives=3,frames=4,lidar_beams=0", "", {});
  ASSERT_TRUE(dataset.ok()) << dataset.error().text();
  ASSERT_EQ((*dataset)->drives().size(), 3U);
  EXPECT_EQ((*dataset)->drives()[2].name, "synth_5_002");
  EXPECT_FALSE(open_dataset("synthetic:seed=x", "", {}).ok());
  EXPECT_FALSE(open_dataset("/tmp", "synthetic", {}).ok());
  EXPECT_FALSE(open_dataset("synthetic:", "", {.extra_labels = {{"b", "/tmp"}}}).ok());
}

TEST(SynthPayload, OfAPathThatNamesNothingIsAnError) {
  const std::string options = "synthetic:frames=3,lidar_beams=4,lidar_azimuth_deg=10";
  EXPECT_TRUE(synth::simulate_cloud(options + "#0:2").ok());
  for (const std::string& path :
       {std::string(), std::string("#"), std::string("0:2"), options, options + "#", options + "#0",
        options + "#0:", options + "#0:3", options + "#1:0", options + "#-1:0", options + "#0:-1", options + "#0:1x",
        options + "#99999999999:0", std::string("synthetic:frames=x#0:0")}) {
    EXPECT_FALSE(synth::simulate_cloud(path).ok()) << path;
    EXPECT_FALSE(synth::simulate_radar(path, "radar_front").ok()) << path;
  }
  EXPECT_FALSE(synth::simulate_radar(options + "#0:2", "lidar_top").ok());
  EXPECT_FALSE(synth::simulate_cloud("synthetic:frames=3,lidar_beams=0#0:0").ok());
}

}  // namespace
}  // namespace concord
