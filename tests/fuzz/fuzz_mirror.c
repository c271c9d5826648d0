/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Packets through the whole path of a mirror: the first byte picks which mirror
 * it is and the link type, then each packet is a byte that says how much time
 * has passed and which step, one how much longer it was than what is held, two
 * how many bytes are, and these.
 *
 * Making an intake costs a thousand times what feeding it does, so one intake
 * takes many inputs, and its sums must hold after each of them.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "collector/mirror.h"
#include "net/packet.h"
#include "support/intake_check.h"
#include "support/registry_builder.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { INPUTS_PER_STEP = 5000, MIRRORS = 4 };

static const char config[] = EXCHANGE_HEAD
    "state_dir: /nonexistent\n"
    "sources:\n"
    "  - mirror: { interface: e1, switch: sw1 }\n"
    "  - mirror: { interface: e2, switch: sw2, fcs: present,\n"
    "              duplicates: drop }\n"
    "  - mirror: { interface: e3, switch: sw1, direction: ingress,\n"
    "              duplicates: drop }\n"
    "  - erspan: { switch: sw2, direction: egress }\n"
    "vlans: [ { id: 100, roster_vlan: 1 } ]\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    from: [ 192.0.2.1, \"2001:db8::1\" ]\n"
    "    erspan: [ { session: 1, port: 1 }, { session: 48, port: 48 } ]\n"
    "    ports: [ { ifindex: 1, asn: 64500 }, { ifindex: 48, role: core } ]\n"
    "  - name: sw2\n"
    "    agent: 192.0.2.2\n"
    "    ports: [ { ifindex: 2, asn: 64501 } ]\n";

static struct exchange exchange;
static struct intake intake;
static struct mirror mirrors[MIRRORS];
static int64_t time_us = INT64_C(1700006400) * US_PER_S;
static uint32_t inputs;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	exchange_build(&exchange, config, NULL);
	if (intake_init(&intake, exchange.registry) < 0)
		abort();
	intake.expects_datagrams = true;
	for (size_t i = 0; i < MIRRORS; i++) {
		if (mirror_init(&mirrors[i], &exchange.config->sources[i],
				i == 1) < 0)
			abort();
	}
	return 0;
}

static void close_step(void)
{
	struct step_span span = { .step = step_of_us(time_us),
				  .covered_us = STEP_US };
	struct closed_step *step;

	if (closed_step_take(&step, &intake, span, false) < 0)
		abort();
	closed_step_free(step);
	time_us += STEP_US;
}

static void take(struct mirror *m, int link, struct cursor *c)
{
	static const struct ipaddr from = { .version = 4,
					    .bytes = { 192, 0, 2, 2 } };
	uint8_t passed = cursor_u8(c);
	uint8_t longer = cursor_u8(c);
	size_t held = cursor_be16(c);
	struct mirror_packet packet = { .link = link };

	if (held > cursor_left(c))
		held = cursor_left(c);
	packet.bytes = cursor_take(c, held);
	if (!packet.bytes)
		return;
	/* time goes back now and then, and lengths lie */
	time_us += passed & 1 ? passed : -(int64_t)(passed >> 4);
	packet.time_us = time_us;
	packet.captured_bytes = held;
	packet.wire_bytes = longer == 0xff   ? SIZE_MAX
			    : longer == 0xfe ? 0
					     : held + longer;
	if (m->config->kind == CONFIG_SOURCE_ERSPAN)
		mirror_take_gre(m, &intake, &from, &packet,
				step_of_us(time_us));
	else
		mirror_take(m, &intake, &packet, step_of_us(time_us));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int links[] = { PACKET_LINK_ETHERNET, PACKET_LINK_RAW,
				     PACKET_LINK_LINUX_SLL,
				     PACKET_LINK_LINUX_SLL2, -1 };
	struct cursor c = cursor_of(data, len);
	uint8_t first = cursor_u8(&c);
	int link = links[first / MIRRORS % (sizeof(links) / sizeof(*links))];

	if (!exchange.registry) /* the corpus replay has no initialiser */
		(void)LLVMFuzzerInitialize(NULL, NULL);
	while (cursor_left(&c) > 0)
		take(&mirrors[first % MIRRORS], link, &c);
	assert(!intake_fault(&intake));
	intake_settle(&intake);
	assert(!intake_fault(&intake));
	assert(intake.stations.count <= STATIONS_MAX);
	assert(intake.agents.refused_count == 0);
	assert(mirrors[0].merged + mirrors[1].merged + mirrors[2].merged +
		   mirrors[3].merged ==
	       intake.mirrored.merged);
	if (++inputs % INPUTS_PER_STEP == 0)
		close_step();
	return 0;
}
