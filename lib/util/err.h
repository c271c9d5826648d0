/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_ERR_H
#define LANTERNE_UTIL_ERR_H

/*
 * err — the one error enumeration.
 *
 * A function that can fail returns 0 or a negative code: one of these, or a
 * system error as -errno. Pure lookups return a pointer or NULL, predicates
 * return bool.
 */

enum err {
	ERR_TRUNCATED = -1001,	 /* the input ends before it is complete */
	ERR_MALFORMED = -1002,	 /* the input contradicts its own format */
	ERR_UNSUPPORTED = -1003, /* well formed, but of a kind not handled */
	ERR_SYNTAX = -1004,	 /* text that does not parse */
	ERR_RANGE = -1005,	 /* a value outside its allowed range */
	ERR_NOT_FOUND = -1006,	 /* no such thing */
	ERR_EXISTS = -1007,	 /* there already */
	ERR_FULL = -1008,	 /* a fixed capacity is used up */
	ERR_CONFIG = -1009,	 /* refused; the diagnostics say why */
	ERR_STORE = -1010,	 /* librrd refused; the log says why */
};

/**
 * A code as a short English phrase, lower case, without full stop.
 *
 * @param code  an enum err, or -errno
 * @return a static string or strerror's; borrowed, never NULL
 */
const char *err_str(int code);

#endif
