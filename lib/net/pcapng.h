/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_PCAPNG_H
#define LANTERNE_NET_PCAPNG_H

/*
 * pcapng — the blocks of a pcapng capture, one at a time.
 *
 * libpcap 1.10 ends a capture at the first interface whose link type or
 * snapshot length is not that of the first one, and at a section of another
 * byte order. Captures of several interfaces are made of just that.
 * Reference: draft-ietf-opsawg-pcapng, section numbers stand in pcapng.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/cursor.h"

enum {
	PCAPNG_FIRST_BYTE = 0x0a, /* of any pcapng file, and of no pcap file */
	PCAPNG_HEAD = 12,	  /* bytes that tell a block's length */
	PCAPNG_BLOCK_MAX = 1 << 24,
	PCAPNG_INTERFACES_MAX = 1 << 16, /* of a section */
	PCAPNG_NAME_SIZE = 32,
};

struct pcapng_interface {
	int link;		     /* LINKTYPE_ value, enum packet_link */
	uint32_t snapshot_length;    /* 0: no limit */
	uint64_t units;		     /* of time per second */
	int64_t offset_s;	     /* of its clock */
	char name[PCAPNG_NAME_SIZE]; /* printable, cut; "" if not told */
};

/* What is known of the section that is being read; zero at the start. */
struct pcapng {
	bool in_section;
	bool little_endian;
	struct pcapng_interface *interfaces; /* of the section */
	size_t interface_count;
};

enum pcapng_kind {
	PCAPNG_OTHER,	  /* nothing that matters here */
	PCAPNG_INTERFACE, /* the last one of interfaces is new */
	PCAPNG_PACKET,
};

struct pcapng_packet {
	uint32_t interface;    /* may be none of the section */
	bool has_time;	       /* simple packets have none */
	int64_t time_us;       /* as far as an int64_t can tell, else its end */
	const uint8_t *bytes;  /* borrowed from the block */
	size_t captured_bytes; /* held */
	size_t wire_bytes;     /* as the capture claims */
};

/** Free what it holds; may then be used for another capture. */
void pcapng_fini(struct pcapng *p);

/**
 * The length of the block that begins with head, all of it counted.
 * @return 0; ERR_MALFORMED (no block), ERR_UNSUPPORTED (above
 *         PCAPNG_BLOCK_MAX)
 */
MUST_CHECK int pcapng_length(struct pcapng *p, const uint8_t head[PCAPNG_HEAD],
			     size_t *length);

/**
 * Read a whole block.
 *
 * @param c       the block, from its type to its second length
 * @param packet  filled for a packet
 * @return an enum pcapng_kind; ERR_TRUNCATED or ERR_MALFORMED (a length that
 *         lies), ERR_UNSUPPORTED (another version), ERR_FULL (too many
 *         interfaces), -ENOMEM
 */
MUST_CHECK int pcapng_block(struct pcapng *p, struct cursor c,
			    struct pcapng_packet *packet);

#endif
