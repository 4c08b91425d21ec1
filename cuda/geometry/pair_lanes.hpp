#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/box.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

#if defined(__AVX__) && !defined(__CUDACC__)
/// Four rows of four numbers in registers: columns[j][i] = rows[i][j]. A store for each single number would take three
/// times as long.
inline void transpose_four(const double* const (&rows)[4], double* const (&columns)[4]) {
  using Four = double __attribute__((vector_size(32)));
  using Index = long long __attribute__((vector_size(32)));
  Four row[4];
  for (int i = 0; i < 4; ++i) __builtin_memcpy(&row[i], rows[i], sizeof(Four));
  const Four even01 = __builtin_shuffle(row[0], row[1], Index{0, 4, 2, 6});
  const Four odd01 = __builtin_shuffle(row[0], row[1], Index{1, 5, 3, 7});
  const Four even23 = __builtin_shuffle(row[2], row[3], Index{0, 4, 2, 6});
  const Four odd23 = __builtin_shuffle(row[2], row[3], Index{1, 5, 3, 7});
  const Four column[4] = {
      __builtin_shuffle(even01, even23, Index{0, 1, 4, 5}), __builtin_shuffle(odd01, odd23, Index{0, 1, 4, 5}),
      __builtin_shuffle(even01, even23, Index{2, 3, 6, 7}), __builtin_shuffle(odd01, odd23, Index{2, 3, 6, 7})};
  for (int j = 0; j < 4; ++j) __builtin_memcpy(columns[j], &column[j], sizeof(Four));
}
#endif

/// Column k holds number k of each record: columns[k][i] = records[i]->value[k].
template <int kColumns, int N>
CONCORD_HD_INLINE void to_columns(const BoxRecord* const (&records)[N], double (&columns)[kColumns][N]) {
#if defined(__AVX__) && !defined(__CUDACC__)
  if constexpr (kColumns % 4 == 0 && N % 4 == 0) {
    for (int i = 0; i < N; i += 4) {
      for (int k = 0; k < kColumns; k += 4) {
        transpose_four(
            {records[i]->value + k, records[i + 1]->value + k, records[i + 2]->value + k, records[i + 3]->value + k},
            {columns[k] + i, columns[k + 1] + i, columns[k + 2] + i, columns[k + 3] + i});
      }
    }
    return;
  }
#endif
  for (int i = 0; i < N; ++i) {
    for (int k = 0; k < kColumns; ++k) columns[k][i] = records[i]->value[k];
  }
}

/// The first `count` lanes of `columns` as records.
template <int N>
CONCORD_HD_INLINE void to_records(const double (&columns)[16][N], int count, BoxRecord* records) {
#if defined(__AVX__) && !defined(__CUDACC__)
  if constexpr (N % 4 == 0) {
    if (count == N) {
      for (int i = 0; i < N; i += 4) {
        for (int k = 0; k < 16; k += 4) {
          transpose_four(
              {columns[k] + i, columns[k + 1] + i, columns[k + 2] + i, columns[k + 3] + i},
              {records[i].value + k, records[i + 1].value + k, records[i + 2].value + k, records[i + 3].value + k});
        }
      }
      return;
    }
  }
#endif
  for (int i = 0; i < count; ++i) {
    for (int k = 0; k < 16; ++k) records[i].value[k] = columns[k][i];
  }
}

/// `N` pairs of boxes as columns, in the order of BoxRecord: what the overlap of two prisms reads. Of b's axes only x
/// and z take part.
template <int N>
struct PairLanes {
  double a[16][N];
  double b[12][N];

  CONCORD_HD_INLINE void load(const BoxRecord* const (&records_a)[N], const BoxRecord* const (&records_b)[N]) {
    to_columns(records_a, a);
    to_columns(records_b, b);
  }
};

}  // namespace concord::kernels::CONCORD_BACKEND_NS
