/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/gzip.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <zlib.h>

enum {
	LEVEL = 4, /* above it time grows a lot faster than size falls */
	GZIP_WINDOW = 15 + 16,
	MEMORY = 8,
	BLOCK = 16384,
};

int gzip_add(struct text *out, const char *data, size_t len)
{
	z_stream stream;
	int rc;

	memset(&stream, 0, sizeof(stream));
	if (len > UINT_MAX ||
	    deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	/* zlib reads only, whatever the type says */
	stream.next_in = (Bytef *)(uintptr_t)data;
	stream.avail_in = (uInt)len;
	do {
		unsigned char block[BLOCK];

		stream.next_out = block;
		stream.avail_out = sizeof(block);
		rc = deflate(&stream, Z_FINISH);
		text_add_bytes(out, block, sizeof(block) - stream.avail_out);
	} while (rc == Z_OK);
	(void)deflateEnd(&stream);
	return rc == Z_STREAM_END && text_ok(out) ? 0 : -ENOMEM;
}
