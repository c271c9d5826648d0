/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What IP carries, from the GRE header on. */

#include <assert.h>

#include "net/erspan.h"
#include "net/headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct erspan e;
	enum erspan_result result = erspan_read(cursor_of(data, len), &e);

	assert(e.type >= 1 && e.type <= 3);
	assert(e.session < ERSPAN_SESSIONS_MAX && e.vlan < 4096);
	assert(e.has_direction || !e.is_egress);
	assert(e.has_sequence || e.sequence == 0);
	if (result != ERSPAN_FRAME)
		return 0;
	assert(e.header_bytes >= 4 && e.header_bytes < len);
	assert(e.frame.at == data + e.header_bytes);
	assert(cursor_left(&e.frame) == len - e.header_bytes);
	assert(headers_of_frame(e.frame) <= cursor_left(&e.frame));
	/* the longest that an IP header can say, behind the most tags */
	assert(headers_frame_bytes(e.frame) <= 0xffff + 100);
	return 0;
}
