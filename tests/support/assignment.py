"""The assignment with the largest sum of weights, for tests that compute what the program computes by other means."""


def assign(weights):
    """{row: column} of the pairs with a positive weight. `weights[row][column]`; by shortest augmenting paths."""
    if not weights or not weights[0]:
        return {}
    rows, columns = len(weights), len(weights[0])
    if rows > columns:
        turned = assign([[weights[r][c] for r in range(rows)] for c in range(columns)])
        return {row: column for column, row in turned.items()}
    infinite = float("inf")
    u, v, owner = [0.0] * (rows + 1), [0.0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        least, used, way = [infinite] * (columns + 1), [False] * (columns + 1), [0] * (columns + 1)
        while True:
            used[column] = True
            at, step, following = owner[column], infinite, 0
            for j in range(1, columns + 1):
                if not used[j]:
                    reduced = -weights[at - 1][j - 1] - u[at] - v[j]
                    if reduced < least[j]:
                        least[j], way[j] = reduced, column
                    if least[j] < step:
                        step, following = least[j], j
            for j in range(columns + 1):
                if used[j]:
                    u[owner[j]] += step
                    v[j] -= step
                else:
                    least[j] -= step
            column = following
            if owner[column] == 0:
                break
        while column:
            owner[column] = owner[way[column]]
            column = way[column]
    return {owner[j] - 1: j - 1 for j in range(1, columns + 1) if owner[j] and weights[owner[j] - 1][j - 1] > 0}
