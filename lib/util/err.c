/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/err.h"

#include <string.h>

enum { ERRNO_MAX = 999 }; /* our own codes begin behind it */

const char *err_str(int code)
{
	switch ((enum err)code) {
	case ERR_TRUNCATED:
		return "truncated";
	case ERR_MALFORMED:
		return "malformed";
	case ERR_UNSUPPORTED:
		return "not supported";
	case ERR_SYNTAX:
		return "syntax error";
	case ERR_RANGE:
		return "out of range";
	case ERR_NOT_FOUND:
		return "not found";
	case ERR_EXISTS:
		return "exists already";
	case ERR_FULL:
		return "capacity used up";
	case ERR_CONFIG:
		return "configuration refused";
	case ERR_STORE:
		return "round-robin database refused";
	}
	if (code == 0)
		return "no error";
	if (code < 0 && code >= -ERRNO_MAX) {
		const char *text = strerrordesc_np(-code);

		if (text)
			return text;
	}
	return "unknown error";
}
