/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_ATTR_H
#define LANTERNE_UTIL_ATTR_H

/* attr — names for the compiler attributes that the project uses. */

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, arguments_at)                                   \
	__attribute__((format(printf, format_at, arguments_at)))
/* Returns a format with the same conversions as its argument. */
#define FORMAT_OF(argument_at) __attribute__((format_arg(argument_at)))
#define NORETURN	       __attribute__((noreturn))

#endif
