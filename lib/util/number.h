/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_NUMBER_H
#define LANTERNE_UTIL_NUMBER_H

/*
 * number — strict reading of numbers that came as text.
 *
 * The whole slice is the number or nothing is: no white space, no sign, no
 * trailing text. Outputs are written on success only.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

/** Decimal, 0 to max. @return 0, ERR_SYNTAX or ERR_RANGE */
MUST_CHECK int number_u64(const char *text, size_t len, uint64_t max,
			  uint64_t *out);

/** As number_u64, for values of 32 bits. */
MUST_CHECK int number_u32(const char *text, size_t len, uint32_t max,
			  uint32_t *out);

/**
 * A link speed in bit/s: digits, optionally one decimal point, optionally
 * K, M, G or T (powers of 1000): "1G", "2.5G", "100000000".
 *
 * @return 0, ERR_SYNTAX, or ERR_RANGE (0, or over 2^63)
 */
MUST_CHECK int number_speed(const char *text, size_t len, uint64_t *bps);

/**
 * A size in bytes, 0 to max: digits, optionally K, M or G (powers of 1024):
 * "64M", "1048576".
 *
 * @return 0, ERR_SYNTAX or ERR_RANGE
 */
MUST_CHECK int number_bytes(const char *text, size_t len, uint64_t max,
			    uint64_t *bytes);

#endif
