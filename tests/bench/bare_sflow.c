/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * bare_sflow — the floor: what reading and summing alone costs.
 *
 * Maps a capture of sFlow over Ethernet and IPv4, walks its expanded flow
 * samples and sums length × rate per pair of MAC addresses in a hash table.
 * It knows no members, VLANs, directions or steps, believes every length and
 * checks only that it stays inside the file. Prints the samples, the pairs
 * and the sum, so that the work cannot be optimised away.
 */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SLOTS = 1 << 22,
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	TO_DATAGRAM = 14 + 20 + 8,
	DATAGRAM_HEADER = 28,
	FLOW_EXPANDED = 3,
	RAW_HEADER = 1,
};

struct pair {
	uint64_t src;
	uint64_t dst;
	uint64_t bytes;
	uint64_t samples;
};

struct sums {
	struct pair *pairs;
	uint64_t samples;
	uint64_t bytes;
	uint64_t used;
};

static uint32_t be32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return __builtin_bswap32(value);
}

static uint64_t mac(const uint8_t *p)
{
	uint64_t value = 0;

	memcpy(&value, p, 6);
	return value;
}

static void add(struct sums *s, uint64_t src, uint64_t dst, uint64_t bytes)
{
	uint64_t hash = (src * 31 + dst) * 0x9e3779b97f4a7c15u;
	size_t slot = hash >> 42;
	struct pair *p = &s->pairs[slot];

	while (p->samples && (p->src != src || p->dst != dst)) {
		slot = (slot + 1) & (SLOTS - 1);
		p = &s->pairs[slot];
	}
	s->used += p->samples == 0;
	p->src = src;
	p->dst = dst;
	p->bytes += bytes;
	p->samples++;
	s->samples++;
	s->bytes += bytes;
}

static void walk_flow(struct sums *s, const uint8_t *at)
{
	uint64_t rate = be32(at + 12);
	uint32_t records = be32(at + 40);

	at += 44;
	for (uint32_t i = 0; i < records; i++) {
		if (be32(at) == RAW_HEADER)
			add(s, mac(at + 8 + 16 + 6), mac(at + 8 + 16),
			    be32(at + 8 + 4) * rate);
		at += 8 + be32(at + 4);
	}
}

static void walk_datagram(struct sums *s, const uint8_t *at, const uint8_t *end)
{
	uint32_t samples = be32(at + 24);

	at += DATAGRAM_HEADER;
	for (uint32_t i = 0; i < samples && at + 8 < end; i++) {
		if (be32(at) == FLOW_EXPANDED)
			walk_flow(s, at + 8);
		at += 8 + be32(at + 4);
	}
}

static void walk_capture(struct sums *s, const uint8_t *at, const uint8_t *end)
{
	at += FILE_HEADER;
	while (at + RECORD_HEADER + TO_DATAGRAM + DATAGRAM_HEADER < end) {
		uint32_t captured;

		memcpy(&captured, at + 8, sizeof(captured));
		at += RECORD_HEADER;
		if (captured > (size_t)(end - at))
			return;
		walk_datagram(s, at + TO_DATAGRAM, at + captured);
		at += captured;
	}
}

int main(int argc, char **argv)
{
	struct sums s = { 0 };
	struct stat status;
	const uint8_t *file;
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;

	if (fd < 0 || fstat(fd, &status) < 0) {
		(void)fprintf(stderr, "usage: bare_sflow CAPTURE\n");
		return 64;
	}
	s.pairs = calloc(SLOTS, sizeof(*s.pairs));
	file = mmap(NULL, (size_t)status.st_size, PROT_READ,
		    MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (!s.pairs || file == MAP_FAILED)
		return 74;
	walk_capture(&s, file, file + status.st_size);
	(void)printf("%llu samples %llu pairs %llu bytes\n",
		     (unsigned long long)s.samples, (unsigned long long)s.used,
		     (unsigned long long)s.bytes);
	return 0;
}
