/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * bare_mirror — the floor: what reading and summing mirrored frames alone
 * costs.
 *
 * Reads a capture of Ethernet through libpcap and sums length per pair of MAC
 * addresses in a hash table. It knows no members, VLANs, families or steps.
 * Prints the frames, the pairs and the sum, so that the work cannot be
 * optimised away.
 */

#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES_SIZE = 12 };

struct pair {
	uint64_t src;
	uint64_t dst;
	uint64_t bytes;
	uint64_t frames;
};

static uint64_t mac(const uint8_t *p)
{
	uint64_t value = 0;

	memcpy(&value, p, 6);
	return value;
}

static struct pair *find(struct pair *pairs, unsigned bits, uint64_t src,
			 uint64_t dst)
{
	uint64_t hash = (src * 31 + dst) * 0x9e3779b97f4a7c15u;
	size_t slot = hash >> (64 - bits);

	while (pairs[slot].frames &&
	       (pairs[slot].src != src || pairs[slot].dst != dst))
		slot = (slot + 1) & (((size_t)1 << bits) - 1);
	pairs[slot].src = src;
	pairs[slot].dst = dst;
	return &pairs[slot];
}

int main(int argc, char **argv)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	unsigned bits = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
	struct pair *pairs = calloc((size_t)1 << (bits & 31), sizeof(*pairs));
	struct pcap_pkthdr *head;
	const u_char *bytes;
	uint64_t used = 0;
	uint64_t sum = 0;
	uint64_t frames = 0;
	pcap_t *pcap;

	if (bits < 4 || bits > 24) {
		(void)fputs("usage: bare_mirror CAPTURE BITS\n"
			    "BITS: of the table of pairs, which must not get "
			    "full (4 to 24)\n",
			    stderr);
		return 64;
	}
	pcap = pcap_open_offline(argv[1], reason);
	if (!pcap || !pairs) {
		(void)fprintf(stderr, "bare_mirror: %s: %s\n", argv[1], reason);
		return 66;
	}
	while (pcap_next_ex(pcap, &head, &bytes) == 1) {
		struct pair *p;

		if (head->caplen < ADDRESSES_SIZE)
			continue;
		p = find(pairs, bits, mac(bytes + 6), mac(bytes));
		used += p->frames == 0;
		p->frames++;
		p->bytes += head->len;
		frames++;
		sum += head->len;
	}
	(void)printf("%llu frames, %llu pairs, %llu bytes\n",
		     (unsigned long long)frames, (unsigned long long)used,
		     (unsigned long long)sum);
	pcap_close(pcap);
	free(pairs);
	return 0;
}
