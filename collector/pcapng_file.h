/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PCAPNG_FILE_H
#define LANTERNE_COLLECTOR_PCAPNG_FILE_H

/*
 * pcapng_file — the packets of a pcapng capture, from a stream.
 *
 * Any number of interfaces, each with its own link type, snapshot length and
 * clock, and of sections, each in its own byte order.
 */

#include <stdio.h>

#include "net/pcapng.h"
#include "util/attr.h"

struct pcapng_file {
	FILE *stream; /* NULL: nothing is open */
	struct pcapng state;
	uint8_t *block;
	size_t room;
};

/** Begin to read a stream, which is then the file's to close. */
void pcapng_file_open(struct pcapng_file *f, FILE *stream);

/** Close the stream; a zeroed file is fine. */
void pcapng_file_close(struct pcapng_file *f);

/**
 * Read up to the next packet or interface.
 *
 * @param packet  valid until the next call
 * @return PCAPNG_PACKET; PCAPNG_INTERFACE (the last one of state.interfaces);
 *         0 at the end; -EIO, or as pcapng_length and pcapng_block: the
 *         capture breaks off there
 */
MUST_CHECK int pcapng_file_next(struct pcapng_file *f,
				struct pcapng_packet *packet);

#endif
