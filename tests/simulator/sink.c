/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "put.h"

enum {
	BUFFER = 1 << 20,
	FILE_HEAD = 24,
	RECORD_HEAD = 16,
	ETHERNET_HEAD = 14,
	IPV6_HEAD = 40,
	UDP_HEAD = 8,
	PACKET_MAX = RECORD_HEAD + ETHERNET_HEAD + IPV6_HEAD + UDP_HEAD +
		     SINK_DATAGRAM_MAX,
	AGENT_PORT = 50000,
};

struct pcap_sink {
	struct sink sink;
	int fd;
	uint16_t port; /* of the collector */
	uint16_t ip_id;
	size_t used;
	uint8_t buffer[BUFFER];
};

static int drain(struct pcap_sink *s)
{
	size_t done = 0;

	while (done < s->used) {
		ssize_t n = write(s->fd, s->buffer + done, s->used - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	s->used = 0;
	return 0;
}

/* Files of libpcap are in the machine's order; so is the magic number. */
static uint8_t *put_native32(uint8_t *at, uint32_t value)
{
	return put_bytes(at, &value, sizeof(value));
}

static void put_file_head(uint8_t *at)
{
	static const uint16_t version[] = { 2, 4 };

	at = put_native32(at, 0xa1b2c3d4); /* with microseconds */
	at = put_bytes(at, version, sizeof(version));
	at = put_zero(at, 8);
	at = put_native32(at, 262144);
	(void)put_native32(at, 1); /* Ethernet */
}

static uint8_t *put_ipv4(uint8_t *at, const struct packet *p, uint16_t id)
{
	const uint8_t collector[4] = { 192, 0, 2, 200 };
	uint8_t *start = at;
	uint16_t checksum;

	at = put_be16(at, 0x4500);
	at = put_be16(at, (uint32_t)(20 + UDP_HEAD + p->len));
	at = put_be16(at, id);
	at = put_be16(at, 0x4000);
	at = put_be32(at, 64u << 24 | 17u << 16);
	at = put_bytes(at, p->from.bytes, 4);
	at = put_bytes(at, collector, 4);
	checksum = checksum_fold(checksum_add(0, start, 20));
	memcpy(start + 10, &checksum, sizeof(checksum));
	return at;
}

static uint8_t *put_ipv6(uint8_t *at, const struct packet *p)
{
	const uint8_t collector[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0xc8 };

	at = put_be32(at, 6u << 28);
	at = put_be16(at, (uint32_t)(UDP_HEAD + p->len));
	at = put_be16(at, 17u << 8 | 64);
	at = put_bytes(at, p->from.bytes, 16);
	return put_bytes(at, collector, 16);
}

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
	sum += __builtin_bswap16(17);
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
	bool ipv4 = p->from.version == 4;
	uint8_t *record;
	uint8_t *frame;
	uint8_t *at;
	int rc;

	if (s->used + PACKET_MAX > BUFFER) {
		rc = drain(s);
		if (rc < 0)
			return rc;
	}
	record = s->buffer + s->used;
	frame = record + RECORD_HEAD;
	at = put_be48(frame, 0x020000ff00c8); /* the collector */
	at = put_be48(at, 0x020000ff0000 + p->from.bytes[ipv4 ? 3 : 15]);
	at = put_be16(at, ipv4 ? 0x0800 : 0x86dd);
	at = ipv4 ? put_ipv4(at, p, s->ip_id++) : put_ipv6(at, p);
	at = put_udp(at, p, s->port);
	record = put_native32(record, (uint32_t)(p->us / 1000000));
	record = put_native32(record, (uint32_t)(p->us % 1000000));
	record = put_native32(record, (uint32_t)(at - frame));
	(void)put_native32(record, (uint32_t)(at - frame));
	s->used = (size_t)(at - s->buffer);
	return 0;
}

static int pcap_close(struct sink *sink)
{
	struct pcap_sink *s = (struct pcap_sink *)sink;
	int rc = drain(s);

	if (close(s->fd) < 0 && rc == 0)
		rc = -errno;
	free(s);
	return rc;
}

int sink_open_pcap(struct sink **out, const char *path, uint16_t port)
{
	struct pcap_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->port = port;
	s->sink = (struct sink){ .send = pcap_send, .close = pcap_close };
	if (strcmp(path, "-") == 0)
		s->fd = dup(STDOUT_FILENO);
	else
		s->fd =
		    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (s->fd < 0) {
		int rc = -errno;

		free(s);
		return rc;
	}
	/* fewer turns with the reader, if it is a pipe; else nothing */
	(void)fcntl(s->fd, F_SETPIPE_SZ, BUFFER);
	put_file_head(s->buffer);
	s->used = FILE_HEAD;
	*out = &s->sink;
	return 0;
}
