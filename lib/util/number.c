/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/number.h"

#include <stdbool.h>

#include "util/err.h"

/* Append one decimal digit. @return 0 or ERR_RANGE */
static int add_digit(uint64_t *value, unsigned digit)
{
	if (__builtin_mul_overflow(*value, 10, value) ||
	    __builtin_add_overflow(*value, digit, value))
		return ERR_RANGE;
	return 0;
}

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
		if (add_digit(&value, (unsigned)(text[i] - '0')) < 0)
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

/* Digits with at most one point among them, neither first nor last. */
static bool is_decimal(const char *text, size_t len)
{
	size_t points = 0;

	if (len == 0 || text[0] == '.' || text[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.')
			points++;
		else if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return points <= 1;
}

int number_speed(const char *text, size_t len, uint64_t *bps)
{
	uint64_t value = 0;
	int unit = len ? unit_exponent(text[len - 1]) : -1;
	size_t number_len = unit < 0 ? len : len - 1;
	int exponent = unit < 0 ? 0 : unit; /* still to be multiplied in */
	bool after_point = false;
	int rc = 0;

	if (!is_decimal(text, number_len))
		return ERR_SYNTAX;
	for (size_t i = 0; i < number_len && rc == 0; i++) {
		if (text[i] == '.') {
			after_point = true;
			continue;
		}
		if (after_point && exponent-- == 0)
			return ERR_RANGE; /* a fraction of a bit */
		rc = add_digit(&value, (unsigned)(text[i] - '0'));
	}
	for (; exponent > 0 && rc == 0; exponent--)
		rc = add_digit(&value, 0);
	if (rc < 0 || value == 0 || value > INT64_MAX)
		return ERR_RANGE;
	*bps = value;
	return 0;
}

int number_bytes(const char *text, size_t len, uint64_t max, uint64_t *bytes)
{
	int exponent = len ? unit_exponent(text[len - 1]) : -1;
	unsigned shift = exponent < 0 ? 0 : (unsigned)exponent / 3 * 10;
	uint64_t count;
	int rc;

	if (shift > 30) /* no T: nothing here is as large */
		return ERR_SYNTAX;
	rc = number_u64(text, shift ? len - 1 : len, max >> shift, &count);
	if (rc == 0)
		*bytes = count << shift;
	return rc;
}
