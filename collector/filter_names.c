/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/filter_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* What words there are in a filter of Ethernet frames. All else that has a
 * letter is a name, but for numbers and addresses. */
static const char words[] =
    "aarp addr1 ah and arp atalk broadcast byte carp clnp csnp decnet "
    "dst es-is esis esp ether gateway geneve greater host icmp "
    "icmp-echo icmp-echoreply icmp-ireq icmp-ireqreply icmp-maskreply "
    "icmp-maskreq icmp-paramprob icmp-redirect icmp-routeradvert "
    "icmp-routersolicit icmp-sourcequench icmp-timxceed icmp-tstamp "
    "icmp-tstampreply icmp-unreach icmp6 icmp6-destinationunreach "
    "icmp6-echo icmp6-echoreply icmp6-multicastlistenerdone "
    "icmp6-multicastlistenerquery icmp6-multicastlistenerreportv1 "
    "icmp6-neighboradvert icmp6-neighborsolicit icmp6-packettoobig "
    "icmp6-parameterproblem icmp6-redirect icmp6-routeradvert "
    "icmp6-routersolicit icmp6-timeexceeded icmp6code icmp6type "
    "icmpcode icmptype ifindex igmp igrp iih inbound ip ip6 ipx is-is "
    "isis iso l1 l2 lat len length less link llc lsp mask mopdl moprc "
    "mpls multicast net netbeui not or outbound pim port portrange "
    "pppoed pppoes proto protochain psnp rarp sca sctp snp src stp tcp "
    "tcp-ack tcp-cwr tcp-ece tcp-fin tcp-push tcp-rst tcp-syn tcp-urg "
    "tcpflags udp vlan vrrp ";

static bool is_word(const char *word, size_t len)
{
	for (const char *at = words; *at; at += strcspn(at, " ") + 1) {
		if (strcspn(at, " ") == len && memcmp(at, word, len) == 0)
			return true;
	}
	return false;
}

/* Numbers, ranges of them, IPv4 addresses and parts of these; with a colon
 * addresses of IPv6 and MAC addresses, which have other forms too. */
static bool is_number_or_address(const char *word, size_t len)
{
	enum { MAC_DIGITS = 12 };
	bool is_hex =
	    len > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	size_t digits = 0, hex = 0, marks = 0;

	if (memchr(word, ':', len))
		return true;
	for (size_t i = is_hex ? 2 : 0; i < len; i++) {
		digits += isdigit((unsigned char)word[i]) != 0;
		hex += isxdigit((unsigned char)word[i]) != 0;
		marks += word[i] == '.' || word[i] == '-';
	}
	if (is_hex)
		return hex + 2 == len;
	return digits + marks == len ||
	       (hex == MAC_DIGITS && hex + marks == len);
}

const char *filter_find_name(const char *filter, size_t *len)
{
	static const char in_words[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "._-:";
	const char *at = filter;

	while (*at) {
		*len = strspn(at, in_words);
		if (*at == '\\' && at[1]) {
			*len = 1 + strspn(at + 1, in_words);
			return at;
		}
		if (*len && !is_number_or_address(at, *len) &&
		    !is_word(at, *len))
			return at;
		at += *len ? *len : 1;
	}
	return NULL;
}
