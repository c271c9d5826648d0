/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A pcapng capture, block after block as a file is read. */

#include <assert.h>

#include "net/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_packet(const struct pcapng_packet *packet,
			 const struct cursor *block)
{
	assert(packet->captured_bytes <= block->left);
	assert(packet->bytes >= block->at);
	assert(packet->bytes + packet->captured_bytes <=
	       block->at + block->left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cursor c = cursor_of(data, len);
	struct pcapng state = { 0 };
	struct pcapng_packet packet;
	int rc = 0;

	while (rc >= 0 && cursor_left(&c) >= PCAPNG_HEAD) {
		struct cursor block;
		size_t length = 0;

		rc = pcapng_length(&state, c.at, &length);
		if (rc < 0)
			break;
		block = cursor_sub(&c, length);
		rc = pcapng_block(&state, block, &packet);
		assert(state.interface_count <= PCAPNG_INTERFACES_MAX);
		if (rc == PCAPNG_PACKET)
			check_packet(&packet, &block);
	}
	pcapng_fini(&state);
	return 0;
}
