/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A captured packet: the first byte picks the link type, the rest is it. */

#include <assert.h>

#include "net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int links[] = { PACKET_LINK_NULL, PACKET_LINK_ETHERNET,
				     PACKET_LINK_RAW,  PACKET_LINK_LINUX_SLL,
				     PACKET_LINK_IPV6, PACKET_LINK_LINUX_SLL2 };
	struct packet_udp udp;
	int link;

	if (len == 0)
		return 0;
	link = links[data[0] % (sizeof(links) / sizeof(*links))];
	if (packet_read_udp(link, cursor_of(data + 1, len - 1), &udp) < 0)
		return 0;
	assert(udp.ip.source.version == 4 || udp.ip.source.version == 6);
	assert(udp.payload > data && udp.payload_len <= len);
	assert(udp.payload + udp.payload_len <= data + len);
	return 0;
}
