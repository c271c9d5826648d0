/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/pcapng_file.h"

#include <errno.h>
#include <stdlib.h>

#include "util/err.h"

enum { FIRST_ROOM = 4096 };

void pcapng_file_open(struct pcapng_file *f, FILE *stream)
{
	*f = (struct pcapng_file){ .stream = stream };
}

void pcapng_file_close(struct pcapng_file *f)
{
	if (f->stream)
		(void)fclose(f->stream);
	pcapng_fini(&f->state);
	free(f->block);
	*f = (struct pcapng_file){ 0 };
}

static int make_room(struct pcapng_file *f, size_t length)
{
	size_t room = f->room ? f->room : FIRST_ROOM;
	uint8_t *block;

	if (length <= f->room)
		return 0;
	while (room < length)
		room *= 2;
	block = realloc(f->block, room);
	if (!block)
		return -ENOMEM;
	f->block = block;
	f->room = room;
	return 0;
}

/* Read a whole block. 1, or 0 at the end of the stream. */
static int read_block(struct pcapng_file *f, size_t *length)
{
	size_t got;
	int rc = make_room(f, PCAPNG_HEAD);

	if (rc < 0)
		return rc;
	got = fread(f->block, 1, PCAPNG_HEAD, f->stream);
	if (got == 0 && !ferror(f->stream))
		return 0;
	if (got == PCAPNG_HEAD) {
		rc = pcapng_length(&f->state, f->block, length);
		if (rc == 0)
			rc = make_room(f, *length);
		if (rc < 0)
			return rc;
		got += fread(f->block + got, 1, *length - got, f->stream);
		if (got == *length)
			return 1;
	}
	return ferror(f->stream) ? -EIO : ERR_TRUNCATED;
}

int pcapng_file_next(struct pcapng_file *f, struct pcapng_packet *packet)
{
	size_t length = 0;
	int rc;

	do {
		rc = read_block(f, &length);
		if (rc <= 0)
			return rc;
		rc = pcapng_block(&f->state, cursor_of(f->block, length),
				  packet);
	} while (rc == PCAPNG_OTHER);
	return rc;
}
