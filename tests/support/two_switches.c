/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/two_switches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/registry_builder.h"

static const char rest[] =
    "state_dir: /nonexistent\n"
    "sources: [ { sflow: {} }, { mirror: { interface: e1, switch: sw2 } },\n"
    "           { mirror: { interface: e2 } } ]\n"
    "vlans: [ { id: 100, roster_vlan: 1 } ]\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "  - { asn: 64502, vlan: 100, mac: \"02:00:00:00:00:03\" }\n"
    "  - { asn: 64503, vlan: 100, mac: \"02:00:00:00:00:04\" }\n"
    "  - { asn: 64504, vlan: 100, mac: \"02:00:00:00:00:05\" }\n"
    "switches:\n"
    "  - name: sw2\n"
    "    agent: 192.0.2.2\n"
    "    erspan: [ { session: 2, port: 2 }, { session: 7, port: 7 } ]\n"
    "    ports:\n"
    "      - { ifindex: 2, asn: 64501 }\n"
    "      - { ifindex: 10, name: e10 }\n"
    "      - { ifindex: 11, name: e11 }\n"
    "      - { ifindex: 100, lag: [ e10, e11 ], asn: 64503 }\n"
    "      - { ifindex: 5, asn: 64504 }\n"
    "      - { ifindex: 7, name: e7 }\n"
    "      - { ifindex: 48, role: core }\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    ports:\n"
    "      - { ifindex: 1, asn: 64500 }\n"
    "      - { ifindex: 5, asn: 64504 }\n"
    "      - { ifindex: 48, role: core }\n"
    "    direction: ";

uint32_t two_switches_index(int which)
{
	static const uint32_t indexes[] = {
		[SW1] = 1, [SW2] = 0, [SW_MADE] = 2
	};

	return indexes[which];
}

struct generation *two_switches_without(const char *line, const char *direction)
{
	struct generation *g = calloc(1, sizeof(*g));
	struct exchange e;
	char *text;

	if (!g || asprintf(&text, EXCHANGE_HEAD "%s%s\n", rest, direction) < 0)
		abort();
	for (char *c = line ? strstr(text, line) : NULL; c && *c != '\n'; c++)
		*c = ' ';
	exchange_build(&e, text, NULL);
	free(text);
	g->config = e.config;
	g->registry = e.registry;
	atomic_store(&g->references, 1);
	return g;
}

struct generation *two_switches(const char *direction)
{
	return two_switches_without(NULL, direction);
}
