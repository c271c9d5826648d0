/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink.h"

#include <errno.h>
#include <stdlib.h>

#include "capture_write.h"
#include "outer_write.h"
#include "put.h"

enum {
	UDP_HEAD = 8,
	AGENT_PORT = 50000,
};

_Static_assert(OUTER_HEAD_MAX + UDP_HEAD + SINK_DATAGRAM_MAX <=
		   CAPTURE_PACKET_MAX,
	       "a datagram must fit");

struct pcap_sink {
	struct sink sink;
	struct capture *capture;
	uint16_t port; /* of the collector */
	uint16_t ip_id;
};

/* RFC 768; the addresses stand right before the header. */
static uint8_t *put_udp(uint8_t *at, const struct packet *p, uint16_t port)
{
	size_t addresses = p->from.version == 4 ? 8 : 32;
	uint32_t agent = p->from.bytes[p->from.version == 4 ? 3 : 15];
	uint32_t bytes = (uint32_t)(UDP_HEAD + p->len);
	uint8_t *start = at;
	uint64_t sum;
	uint16_t checksum;

	at = put_be16(at, AGENT_PORT + agent);
	at = put_be16(at, port);
	at = put_be16(at, bytes);
	at = put_be16(at, 0);
	at = put_bytes(at, p->payload, p->len);
	sum = checksum_add(0, start - addresses, addresses + bytes);
	sum += __builtin_bswap16(OUTER_UDP);
	sum += __builtin_bswap16((uint16_t)bytes);
	checksum = checksum_fold(sum);
	if (checksum == 0)
		checksum = 0xffff;
	memcpy(start + 6, &checksum, sizeof(checksum));
	return at;
}

static int pcap_send(struct sink *sink, const struct packet *p)
{
	struct pcap_sink *s = (struct pcap_sink *)sink;
	uint8_t *frame;
	uint8_t *at;
	int rc = capture_room(s->capture, &frame);

	if (rc < 0)
		return rc;
	at = outer_write(frame, &(struct outer){
				    .from = p->from,
				    .protocol = OUTER_UDP,
				    .ip_id = s->ip_id++,
				    .payload_bytes = UDP_HEAD + p->len,
				});
	at = put_udp(at, p, s->port);
	capture_add(s->capture, p->us, (size_t)(at - frame),
		    (size_t)(at - frame));
	return 0;
}

static int pcap_close(struct sink *sink)
{
	struct pcap_sink *s = (struct pcap_sink *)sink;
	int rc = capture_close(s->capture);

	free(s);
	return rc;
}

int sink_open_pcap(struct sink **out, const char *path, uint16_t port)
{
	struct pcap_sink *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->port = port;
	s->sink = (struct sink){ .send = pcap_send, .close = pcap_close };
	rc = capture_open(&s->capture, path);
	if (rc < 0) {
		free(s);
		return rc;
	}
	*out = &s->sink;
	return 0;
}
