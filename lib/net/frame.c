/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/frame.h"

const char *family_name(enum family family)
{
	static const char *const names[FAMILY_COUNT] = {
		[FAMILY_IPV4] = "ipv4",
		[FAMILY_IPV6] = "ipv6",
		[FAMILY_OTHER] = "other",
	};

	return names[family];
}
