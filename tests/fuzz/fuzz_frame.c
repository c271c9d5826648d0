/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An Ethernet frame, and the rule that a cut only takes fields away. */

#include <assert.h>

#include "net/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct frame whole = frame_parse(cursor_of(data, len));
	struct frame half = frame_parse(cursor_of(data, len / 2));

	assert(whole.tag_count <= FRAME_TAGS_AT_MOST);
	assert(!whole.has_src || whole.has_dst);
	assert(!whole.has_type || whole.has_src);
	assert(whole.has_type || whole.family == FAMILY_OTHER);
	assert(!half.has_dst || mac_equal(half.dst, whole.dst));
	assert(!half.has_src || mac_equal(half.src, whole.src));
	assert(half.tag_count <= whole.tag_count);
	for (size_t i = 0; i < half.tag_count; i++)
		assert(half.vlan[i] == whole.vlan[i]);
	assert(!half.has_type || half.family == whole.family);
	return 0;
}
