"""Natural answers of lesson 21: NATURAL are wrong, with a part of the hint that they get; RIGHT are unusual."""

import numpy as np


def wrong_21_3_table(rows, bits):
    scale = np.abs(rows).max() / (2 ** (bits - 1) - 1)
    return np.round(rows / scale), np.full((len(rows), 1), scale)


def wrong_21_3_scalar_scale(rows, bits):
    scale = np.abs(rows).max() / (2 ** (bits - 1) - 1)
    return np.round(rows / scale), scale


def wrong_21_3_columns(rows, bits):
    scale = np.abs(rows).max(axis=0, keepdims=True) / (2 ** (bits - 1) - 1)
    return np.round(rows / np.where(scale == 0, 1, scale)), scale


def wrong_21_3_power(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / 2 ** (bits - 1)
    scale[scale == 0] = 1
    return np.round(rows / scale), scale


def wrong_21_3_unsigned(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2**bits - 1)
    scale[scale == 0] = 1
    return np.round(rows / scale), scale


def wrong_21_3_zero_row(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    with np.errstate(all="ignore"):
        return np.round(rows / scale), scale


def wrong_21_3_astype(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return (rows / scale).astype(int), scale


def wrong_21_3_floor(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return rows // scale, scale


def wrong_21_3_no_abs(rows, bits):
    scale = rows.max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return np.round(rows / scale), scale


def wrong_21_3_back(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return np.round(rows / scale) * scale, scale


def wrong_21_3_flat_scale(rows, bits):
    scale = np.abs(rows).max(axis=1) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return np.round(rows / scale[:, None]), scale


def wrong_21_3_codes_only(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return np.round(rows / scale)


def wrong_21_3_range(rows, bits):
    scale = (rows.max(axis=1, keepdims=True) - rows.min(axis=1, keepdims=True)) / (2**bits - 1)
    scale[scale == 0] = 1
    return np.round(rows / scale), scale


def wrong_21_3_unrounded(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return rows / scale, scale


def wrong_21_3_always_127(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / 127
    scale[scale == 0] = 1
    return np.round(rows / scale), scale


def right_21_3_loop(rows, bits):
    top, codes, scales = 2 ** (bits - 1) - 1, [], []
    for row in rows:
        step = max(abs(number) for number in row) / top or 1
        codes.append([round(number / step) for number in row])
        scales.append([step])
    return codes, scales


def right_21_3_ints(rows, bits):
    top = (1 << bits - 1) - 1
    scale = np.maximum(rows.max(1), -rows.min(1))[:, None] / top
    scale[scale == 0] = 1
    return np.floor(rows / scale + 0.5).astype("int16"), scale.astype("float32")


def wrong_21_3_xor(rows, bits):
    top = 2 ^ (bits - 1) - 1
    with np.errstate(all="ignore"):
        scale = np.abs(rows).max(axis=1, keepdims=True) / np.float64(top)
        scale[scale == 0] = 1
        return np.rint(rows / scale), scale


def wrong_21_3_zero_first(rows, bits):
    most = np.abs(rows).max(axis=1, keepdims=True)
    most[most == 0] = 1
    scale = most / (2 ** (bits - 1) - 1)
    return np.rint(rows / scale), scale


def wrong_21_3_half_range(rows, bits):
    top = 2 ** (bits - 1) - 1
    scale = (rows.max(axis=1, keepdims=True) - rows.min(axis=1, keepdims=True)) / (2 * top)
    scale[scale == 0] = 1
    return np.rint(rows / scale), scale


def wrong_21_3_times(rows, bits):
    scale = np.abs(rows).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    scale[scale == 0] = 1
    return np.rint(rows * scale), scale


def right_21_3_norm(rows, bits):
    scale = np.linalg.norm(rows, ord=np.inf, axis=1)[:, np.newaxis] / (2**bits // 2 - 1)
    scale = np.where(scale > 0, scale, 1)
    return np.around(rows / scale).astype(np.int8), scale.astype(np.float32)


def wrong_21_4_swapped(codes):
    c = codes.astype(int) + 8
    return (c[:, 0::2] * 16 + c[:, 1::2]).astype(np.uint8)


def wrong_21_4_halves(codes):
    c, half = codes.astype(int) + 8, codes.shape[1] // 2
    return (c[:, :half] + 16 * c[:, half:]).astype(np.uint8)


def wrong_21_4_no_offset(codes):
    c = codes.astype(int)
    return (c[:, 0::2] + 16 * c[:, 1::2]).astype(np.uint8)


def wrong_21_4_seven(codes):
    c = codes.astype(int) + 7
    return (c[:, 0::2] + 16 * c[:, 1::2]).astype(np.uint8)


def wrong_21_4_fifteen(codes):
    c = codes.astype(int) + 8
    return (c[:, 0::2] + 15 * c[:, 1::2]).astype(np.uint8)


def wrong_21_4_sum(codes):
    c = codes.astype(int) + 8
    return (c[:, 0::2] + c[:, 1::2]).astype(np.uint8)


def wrong_21_4_only_offset(codes):
    return (codes.astype(int) + 8).astype(np.uint8)


def wrong_21_4_rows(codes):
    c = codes.astype(int) + 8
    return (c[0::2] + 16 * c[1::2][: len(c[0::2])]).astype(np.uint8) if len(c) > 1 else c.astype(np.uint8)


def wrong_21_4_shift_three(codes):
    c = codes.astype(int) + 8
    return (c[:, 0::2] | c[:, 1::2] << 3).astype(np.uint8)


def wrong_21_4_offset_once(codes):
    c = codes.astype(int)
    return (c[:, 0::2] + 16 * c[:, 1::2] + 8).astype(np.uint8)


def wrong_21_4_int8_overflow(codes):
    c = codes + np.int8(8)
    return (c[:, 0::2] + np.int8(16) * c[:, 1::2]).astype(np.int8)


def wrong_21_4_rows_again(codes):
    c = (codes + 8).astype("uint8")
    return c[::2] + 16 * c[1::2]


def wrong_21_4_int64(codes):
    c = codes.astype(int) + 8
    return c[:, 0::2] + 16 * c[:, 1::2]


def right_21_4_matrix(codes):
    return ((codes.reshape(len(codes), -1, 2).astype(int) + 8) @ [1, 16]).astype("uint8")


def right_21_4_shift(codes):
    c = (codes + 8).astype(np.uint8)
    return c[:, 0::2] | (c[:, 1::2] << 4)


def right_21_4_loop(codes):
    return [[(row[i] + 8) + 16 * (int(row[i + 1]) + 8) for i in range(0, len(row), 2)] for row in codes.tolist()]


def wrong_21_6_no_sum(user, codes, tables):
    lookup = (tables * user.reshape(len(tables), 1, -1)).sum(axis=2)
    return lookup[np.arange(len(tables)), codes]


def wrong_21_6_mean(user, codes, tables):
    lookup = (tables * user.reshape(len(tables), 1, -1)).sum(axis=2)
    return lookup[np.arange(len(tables)), codes].mean(axis=1)


def wrong_21_6_sum_films(user, codes, tables):
    lookup = (tables * user.reshape(len(tables), 1, -1)).sum(axis=2)
    return lookup[np.arange(len(tables)), codes].sum(axis=0)


def wrong_21_6_first_block(user, codes, tables):
    lookup = tables[0] @ user.reshape(len(tables), -1)[0]
    return lookup[codes[:, 0]]


def wrong_21_6_one_table(user, codes, tables):
    pieces = user.reshape(len(tables), -1)
    return sum(tables[0][codes[:, b]] @ pieces[b] for b in range(len(tables)))


def wrong_21_6_one_piece(user, codes, tables):
    piece = user[: tables.shape[2]]
    return sum(tables[b][codes[:, b]] @ piece for b in range(len(tables)))


def wrong_21_6_interleaved(user, codes, tables):
    pieces = user.reshape(-1, len(tables)).T
    return sum(tables[b][codes[:, b]] @ pieces[b] for b in range(len(tables)))


def wrong_21_6_distance(user, codes, tables):
    pieces = user.reshape(len(tables), -1)
    return sum(((tables[b][codes[:, b]] - pieces[b]) ** 2).sum(axis=1) for b in range(len(tables)))


def wrong_21_6_table(user, codes, tables):
    return np.einsum("bkw,bw->bk", tables, user.reshape(len(tables), -1))


def wrong_21_6_product(user, codes, tables):
    lookup = np.einsum("bkw,bw->bk", tables, user.reshape(len(tables), -1))
    return lookup[np.arange(len(tables)), codes].prod(axis=1)


def wrong_21_6_last_only(user, codes, tables):
    lookup = np.einsum("bkw,bw->bk", tables, user.reshape(len(tables), -1))
    for b in range(len(tables)):
        scores = lookup[b][codes[:, b]]
    return scores


def wrong_21_6_codes_as_numbers(user, codes, tables):
    return codes @ user.reshape(len(tables), -1).sum(axis=1)


def wrong_21_6_rows_of_table(user, codes, tables):
    lookup = np.einsum("bkw,bw->bk", tables, user.reshape(len(tables), -1))
    return lookup[codes].sum(axis=1)


def wrong_21_6_row_zero(user, codes, tables):
    lookup = np.einsum("bkw,bw->bk", tables, user.reshape(len(tables), -1))
    return lookup[0, codes].sum(axis=1)


def right_21_6_take(user, codes, tables):
    lookup = (tables @ user.reshape(len(tables), -1, 1))[..., 0]
    return np.take_along_axis(lookup, codes.T, axis=1).sum(axis=0)


def right_21_6_rebuild(user, codes, tables):
    return np.hstack([tables[b][codes[:, b]] for b in range(len(tables))]) @ user


def right_21_6_loops(user, codes, tables):
    n_blocks, _, width = tables.shape
    scores = []
    for row in codes:
        score = 0
        for b in range(n_blocks):
            for w in range(width):
                score += tables[b, row[b], w] * user[b * width + w]
        scores.append(score)
    return scores


def wrong_21_8_unchanged_idea(weights, gradient, rate):
    new = weights - rate * gradient
    return np.where(new == 0, 0, new)


def wrong_21_8_upside_down(weights, gradient, rate):
    return (weights - rate * gradient) * (weights == 0)


def wrong_21_8_gradient(weights, gradient, rate):
    return (weights - rate * gradient) * (gradient != 0)


def wrong_21_8_positive(weights, gradient, rate):
    return (weights - rate * gradient) * (weights > 0)


def wrong_21_8_plus(weights, gradient, rate):
    return (weights + rate * gradient) * (weights != 0)


def wrong_21_8_mask_weights(weights, gradient, rate):
    mask = weights != 0
    return weights * mask - rate * gradient


def wrong_21_8_no_rate(weights, gradient, rate):
    return (weights - gradient) * (weights != 0)


def wrong_21_8_no_step(weights, gradient, rate):
    return weights * (weights != 0)


def wrong_21_8_mask(weights, gradient, rate):
    return weights != 0


def wrong_21_8_only_step(weights, gradient, rate):
    return -rate * gradient * (weights != 0)


def wrong_21_8_in_place(weights, gradient, rate):
    mask = weights != 0
    weights -= rate * gradient
    weights *= mask
    return weights


def right_21_8_where(weights, gradient, rate):
    return np.where(weights == 0, 0, weights - rate * gradient)


def right_21_8_index(weights, gradient, rate):
    new = weights.copy()
    rows, columns = np.nonzero(weights)
    new[rows, columns] -= rate * gradient[rows, columns]
    return new


NATURAL = {
    "21.3": [
        (wrong_21_3_table, "one scale for the whole table"),
        (wrong_21_3_scalar_scale, "You return a single"),
        (wrong_21_3_columns, "one scale per column"),
        (wrong_21_3_power, "int8 does not have"),
        (wrong_21_3_unsigned, "One bit is the sign"),
        (wrong_21_3_zero_row, "A row of zeros"),
        (wrong_21_3_astype, "cut the fraction off"),
        (wrong_21_3_floor, "You round down"),
        (wrong_21_3_no_abs, "largest *magnitude*"),
        (wrong_21_3_back, "multiply the codes by the scale again"),
        (wrong_21_3_flat_scale, "as a column"),
        (wrong_21_3_codes_only, "You return only the"),
        (wrong_21_3_range, "range of a row"),
        (wrong_21_3_half_range, "range of a row"),
        (wrong_21_3_xor, "not a power but XOR"),
        (wrong_21_3_zero_first, "The scale of a"),
        (wrong_21_3_times, "multiply the rows by the scale"),
        (wrong_21_3_unrounded, "not rounded"),
        (wrong_21_3_always_127, "127 for any number of bits"),
    ],
    "21.4": [
        (wrong_21_4_swapped, "You exchanged the two"),
        (wrong_21_4_halves, "first half of a row"),
        (wrong_21_4_no_offset, "Add 8 first"),
        (wrong_21_4_seven, "You added 7"),
        (wrong_21_4_fifteen, "multiplied by 15"),
        (wrong_21_4_sum, "added the two codes"),
        (wrong_21_4_only_offset, "one code per byte"),
        (wrong_21_4_rows, None),
        (wrong_21_4_shift_three, "shifted by three bits"),
        (wrong_21_4_offset_once, "added 8 to the packed byte"),
        (wrong_21_4_int8_overflow, "Your result is int8"),
        (wrong_21_4_rows_again, "not two rows"),
        (wrong_21_4_int64, "as int64"),
    ],
    "21.6": [
        (wrong_21_6_rows_of_table, "whole rows of the table"),
        (wrong_21_6_row_zero, "block 0 for every code"),
        (wrong_21_6_no_sum, "one value per film *and* block"),
        (wrong_21_6_mean, "mean over the blocks"),
        (wrong_21_6_sum_films, "added up over the films"),
        (wrong_21_6_first_block, "You use only the first"),
        (wrong_21_6_one_table, "table of block 0"),
        (wrong_21_6_one_piece, "You use the first"),
        (wrong_21_6_interleaved, "interleaved"),
        (wrong_21_6_distance, "squared distances"),
        (wrong_21_6_table, "look-up table itself"),
        (wrong_21_6_product, "multiply the parts"),
        (wrong_21_6_last_only, "You use only the last"),
        (wrong_21_6_codes_as_numbers, None),
    ],
    "21.8": [
        (wrong_21_8_unchanged_idea, "After the step, a"),
        (wrong_21_8_upside_down, "upside down"),
        (wrong_21_8_gradient, "Your mask depends on"),
        (wrong_21_8_positive, "loses the negative weights"),
        (wrong_21_8_plus, "up the gradient"),
        (wrong_21_8_mask_weights, "After the step, a"),
        (wrong_21_8_no_rate, "learning rate is missing"),
        (wrong_21_8_no_step, "You return the weights unchanged"),
        (wrong_21_8_mask, "return the mask"),
        (wrong_21_8_only_step, "the step alone"),
        (wrong_21_8_in_place, "changes `weights` itself"),
    ],
}
RIGHT = {
    "21.3": [right_21_3_loop, right_21_3_ints, right_21_3_norm],
    "21.4": [right_21_4_shift, right_21_4_loop, right_21_4_matrix],
    "21.6": [right_21_6_rebuild, right_21_6_loops, right_21_6_take],
    "21.8": [right_21_8_where, right_21_8_index],
}
