/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * make-macs KIND DATAGRAMS — a capture on standard output of a switch on
 * whose LAN more stations talk than there can be, and three members among
 * them.
 *
 * Of the eight frames of 1000 bytes of each datagram, sampled at 1 in 1, six
 * hold addresses of strangers, ten in all, one frame goes from the first
 * member to a stranger, one from a stranger to the second member, one from
 * the first to the second member. KIND says whose the strangers are:
 *
 *   few        one of a thousand
 *   random     any
 *   colliding  one of 8,192 that meet in one chain of the table of unknown
 *              stations, if that hashes without a secret
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/attribute.h"
#include "support/sflow_builder.h"
#include "util/number.h"
#include "util/u64map.h"

enum {
	FRAMES = 8,
	STRANGERS_ONLY = FRAMES - 3,
	FRAME_BYTES = 1000,
	HEADER_BYTES = 64,
	MAC_BYTES = 6,
	FEW = 1000,
	COLLIDING = 8192,
	CHAINS = 8192,
	START_S = 1700006400,
	DATAGRAMS_PER_SECOND = 20000,
	LINK_RAW = 101,
	IP_AND_UDP = 28,
	SFLOW_PORT = 6343,
};

static const uint64_t first_member = 0x020000000001;
static const uint64_t second_member = 0x020000000002;

struct strangers {
	uint64_t random;  /* state */
	size_t pool_size; /* 0: any address */
	uint64_t pool[COLLIDING];
};

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

/* Locally administered, to one station, and no member's. */
static uint64_t any_mac(struct strangers *s)
{
	return (next_random(&s->random) & 0xfcffffffffff) | 0x0e0000000000;
}

static uint64_t next_mac(struct strangers *s)
{
	if (s->pool_size == 0)
		return any_mac(s);
	return s->pool[next_random(&s->random) % s->pool_size];
}

/* As the collector hashes an untagged station on port 1 of the first switch,
 * but with a seed that is known. */
static bool collides(uint64_t mac)
{
	const uint64_t place = UINT64_C(1) << 32;
	const uint64_t rest = STRANGER_UNKNOWN;
	uint64_t hash = u64map_hash(0, mac);

	hash = u64map_hash(0, u64map_hash(0, hash + place) + rest);
	return hash % CHAINS == 0;
}

static bool set_kind(struct strangers *s, const char *kind)
{
	bool collide = strcmp(kind, "colliding") == 0;

	if (collide)
		s->pool_size = COLLIDING;
	else if (strcmp(kind, "few") == 0)
		s->pool_size = FEW;
	else if (strcmp(kind, "random") != 0)
		return false;
	for (size_t i = 0; i < s->pool_size; i++) {
		do {
			s->pool[i] = any_mac(s);
		} while (collide && !collides(s->pool[i]));
	}
	return true;
}

static void put_mac(uint8_t *to, uint64_t mac)
{
	for (int i = MAC_BYTES - 1; i >= 0; i--, mac >>= 8)
		to[i] = (uint8_t)mac;
}

static void add_sample(struct sflow_builder *b, uint32_t sequence,
		       uint64_t from, uint64_t to)
{
	const struct sflow_build_flow flow = {
		.sequence = sequence,
		.source_index = 1,
		.sampling_rate = 1,
		.sample_pool = sequence,
		.input = { .value = 1 },
		.output = { .value = 2 },
	};
	uint8_t header[HEADER_BYTES] = {
		[12] = 0x08, [14] = 0x45, [17] = 0x64, [22] = 64, [23] = 17,
	};

	put_mac(header, to);
	put_mac(header + MAC_BYTES, from);
	sflow_build_flow(b, &flow);
	sflow_build_header(b, FRAME_BYTES, 0, header, sizeof(header));
	sflow_build_sample_end(b);
}

static void build(struct sflow_builder *b, struct strangers *s, uint32_t number)
{
	const struct sflow_build_head head = {
		.agent = { 192, 0, 2, 1 },
		.agent_len = 4,
		.sequence = number + 1,
		.uptime_ms = number / (DATAGRAMS_PER_SECOND / 1000),
	};
	uint32_t sequence = number * FRAMES;

	sflow_build_start(b, &head);
	for (int i = 0; i < STRANGERS_ONLY; i++) {
		uint64_t from = next_mac(s);

		add_sample(b, ++sequence, from, next_mac(s));
	}
	add_sample(b, ++sequence, first_member, next_mac(s));
	add_sample(b, ++sequence, next_mac(s), second_member);
	add_sample(b, ++sequence, first_member, second_member);
}

static bool write_packet(const struct sflow_builder *b, uint32_t number)
{
	uint32_t len = (uint32_t)b->len + IP_AND_UDP;
	uint32_t in_second = number % DATAGRAMS_PER_SECOND;
	const uint32_t head[] = { START_S + number / DATAGRAMS_PER_SECOND,
				  in_second * (1000000 / DATAGRAMS_PER_SECOND),
				  len, len };
	const uint8_t ip[IP_AND_UDP] = {
		0x45,
		0,
		(uint8_t)(len >> 8),
		(uint8_t)len,
		0,
		0,
		0,
		0,
		64,
		17,
		0,
		0,
		192,
		0,
		2,
		1,
		192,
		0,
		2,
		9,
		SFLOW_PORT >> 8,
		SFLOW_PORT & 0xff,
		SFLOW_PORT >> 8,
		SFLOW_PORT & 0xff,
		(uint8_t)((len - 20) >> 8),
		(uint8_t)(len - 20),
	};

	return fwrite(head, sizeof(head), 1, stdout) == 1 &&
	       fwrite(ip, sizeof(ip), 1, stdout) == 1 &&
	       fwrite(b->data, b->len, 1, stdout) == 1;
}

int main(int argc, char **argv)
{
	static const uint32_t file_head[] = {
		0xa1b2c3d4, 0x00040002, 0, 0, 65535, LINK_RAW
	};
	static struct strangers strangers = { .random = 42 };
	static struct sflow_builder b;
	uint64_t datagrams;
	bool good;

	if (argc != 3 || !set_kind(&strangers, argv[1]) ||
	    number_u64(argv[2], strlen(argv[2]), INT32_MAX / FRAMES,
		       &datagrams) < 0) {
		(void)fprintf(stderr, "usage: make-macs few|random|colliding "
				      "DATAGRAMS\n");
		return EXIT_FAILURE;
	}
	good = fwrite(file_head, sizeof(file_head), 1, stdout) == 1;
	for (uint32_t i = 0; good && i < datagrams; i++) {
		build(&b, &strangers, i);
		good = write_packet(&b, i);
	}
	return good && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
