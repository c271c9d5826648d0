/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_FILTER_NAMES_H
#define LANTERNE_COLLECTOR_FILTER_NAMES_H

/*
 * filter_names — names in filters of frames: of hosts, ports and protocols.
 *
 * libpcap would look them up, in files and at name servers. Its words are those
 * of pcap-filter(7) in libpcap 1.10 that make sense for Ethernet.
 */

#include <stddef.h>

/** The first name in a filter.
 * @param len  gets its length; @return NULL: it has none */
const char *filter_find_name(const char *filter, size_t *len);

#endif
