/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_APPORTION_H
#define LANTERNE_IXP_APPORTION_H

/*
 * apportion — divide a whole number in proportion, so that the parts add up.
 *
 * The method of the largest remainder (Hamilton): every part gets its quota
 * rounded down, and what is left goes, one each, to the largest remainders,
 * of equal ones to the first. A table is divided by rows first, then each row
 * by its columns; then every sum holds.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

/**
 * Divide total into count parts in proportion to their weights.
 *
 * The arithmetic is that of integers: parts add up to the total exactly, up
 * to 2^64 - 1. Weights are read to 2^-63 of the largest.
 *
 * @param parts    gets count of them, each within 1 of its quota
 * @param weights  finite, none negative
 * @return 0, or ERR_RANGE: no weights, none above 0, or one that is no such
 *         number; parts are as they were then
 */
MUST_CHECK int apportion(uint64_t *parts, uint64_t total, const double *weights,
			 size_t count);

#endif
