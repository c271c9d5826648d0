/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/number.h"

#include <stdbool.h>

#include "util/err.h"

int number_u64(const char *text, size_t len, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (len == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_SYNTAX;
	}
	for (size_t i = 0; i < len; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'),
					   &value))
			return ERR_RANGE;
	}
	if (value > max)
		return ERR_RANGE;
	*out = value;
	return 0;
}

int number_u32(const char *text, size_t len, uint32_t max, uint32_t *out)
{
	uint64_t value;
	int rc = number_u64(text, len, max, &value);

	if (rc < 0)
		return rc;
	*out = (uint32_t)value;
	return 0;
}

/* The power of ten that a unit letter stands for; -1 for no such letter. */
static int unit_exponent(char letter)
{
	switch (letter) {
	case 'K':
	case 'k':
		return 3;
	case 'M':
		return 6;
	case 'G':
		return 9;
	case 'T':
		return 12;
	default:
		return -1;
	}
}

int number_speed(const char *text, size_t len, uint64_t *bps)
{
	uint64_t value = 0;
	int exponent = len ? unit_exponent(text[len - 1]) : -1;
	size_t number_len = exponent < 0 ? len : len - 1;
	bool after_point = false;

	if (exponent < 0)
		exponent = 0;
	if (number_len == 0 || text[0] == '.' || text[number_len - 1] == '.')
		return ERR_SYNTAX;
	for (size_t i = 0; i < number_len; i++) {
		if (text[i] == '.' && !after_point) {
			after_point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return ERR_SYNTAX;
		if (after_point && exponent-- == 0)
			return ERR_RANGE; /* a fraction of a bit */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'),
					   &value))
			return ERR_RANGE;
	}
	for (; exponent > 0; exponent--) {
		if (__builtin_mul_overflow(value, 10, &value))
			return ERR_RANGE;
	}
	if (value == 0 || value > INT64_MAX)
		return ERR_RANGE;
	*bps = value;
	return 0;
}
