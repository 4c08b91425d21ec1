# Every dependency is a Debian package (tools/setup.sh). PCL, Open3D, HDF5 and the kernels are found where they are used.
find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
find_package(TBB REQUIRED)
find_package(Boost 1.74 REQUIRED)  # headers: quantiles of distributions
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(HDF5 1.10 REQUIRED COMPONENTS C)
if(CONCORD_TESTS)
  find_package(GTest REQUIRED)
endif()
