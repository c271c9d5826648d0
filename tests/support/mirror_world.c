/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/mirror_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "net/packet.h"
#include "support/intake_check.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"
#include "support/two_switches.h"

static const char after_sources[] =
    "vlans: [ { id: 100, roster_vlan: 1 }, { id: 200, roster_vlan: 2 } ]\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "  - { asn: 64501, vlan: 200, mac: \"02:00:00:00:00:02\" }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    from: [ 192.0.2.1, \"2001:db8::1\" ]\n"
    "    erspan: [ { session: 1, port: 1 }, { session: 2, port: 2 },\n"
    "              { session: 48, port: 48 } ]\n"
    "    ports:\n"
    "      - { ifindex: 1, asn: 64500 }\n"
    "      - { ifindex: 2, asn: 64501 }\n"
    "      - { ifindex: 48, role: core }\n";

static struct generation *one_switch(const char *keys)
{
	struct generation *g = calloc(1, sizeof(*g));
	struct exchange e;
	char *text;

	if (!g || asprintf(&text,
			   EXCHANGE_HEAD
			   "state_dir: /nonexistent\n"
			   "sources: [ { mirror: { interface: eth1%s } } ]\n%s",
			   keys, after_sources) < 0)
		abort();
	exchange_build(&e, text, NULL);
	free(text);
	g->config = e.config;
	g->registry = e.registry;
	atomic_store(&g->references, 1);
	return g;
}

static void begin(struct mirror_world *w, struct generation *now,
		  bool believes_all)
{
	w->now = now;
	w->p.len = 0;
	w->earlier = NULL;
	w->time_us = WORLD_STEP * STEP_US;
	w->step = WORLD_STEP;
	w->pace_us = 0;
	w->sequence = 0;
	ck_assert_int_eq(intake_init(&w->in, now->registry), 0);
	ck_assert_int_eq(
	    mirror_init(&w->m, config_mirror(now->config), believes_all), 0);
}

void mirror_world_open(struct mirror_world *w, const char *keys,
		       bool believes_all)
{
	begin(w, one_switch(keys), believes_all);
}

void mirror_world_open_two(struct mirror_world *w, const char *direction)
{
	begin(w, two_switches(direction), false);
	w->in.expects_datagrams = true;
	intake_mirror_switch(&w->in, two_switches_index(SW2));
}

void mirror_world_close(struct mirror_world *w)
{
	mirror_fini(&w->m);
	intake_fini(&w->in);
	earlier_cells_free(w->earlier);
	generation_unref(w->now);
}

void mirror_world_take_as(struct mirror_world *w, int link, size_t captured,
			  size_t wire)
{
	uint8_t *bytes = malloc(captured); /* a sanitizer sees its end */
	struct mirror_packet packet = { link, bytes,	  captured,
					wire, w->time_us, 0 };

	memcpy(bytes, w->p.bytes, captured);
	mirror_take(&w->m, &w->in, &packet, w->step);
	free(bytes);
	w->time_us += w->pace_us;
}

void mirror_world_take(struct mirror_world *w)
{
	mirror_world_take_as(w, PACKET_LINK_ETHERNET, w->p.len, w->p.len);
}

struct tally mirror_world_counted(struct mirror_world *w)
{
	struct tally sum = { 0 };

	intake_settle(&w->in);
	for (size_t i = 0; i <= w->in.open.mask; i++) {
		if (w->in.open.slots[i].key)
			tally_add(&sum, &w->in.open.slots[i].tally);
	}
	return sum;
}

void mirror_world_check(struct mirror_world *w, const char *name)
{
	const char *fault = intake_fault(&w->in);

	ck_assert_msg(!fault, "%s, not settled: %s", name, fault);
	intake_settle(&w->in);
	fault = intake_fault(&w->in);
	ck_assert_msg(!fault, "%s: %s", name, fault);
}

void mirror_world_wait_s(struct mirror_world *w, int64_t seconds)
{
	w->time_us += seconds * US_PER_S;
	w->step = step_of_us(w->time_us);
}

static void start(struct mirror_world *w, int which)
{
	w->sequence++;
	switch_starts(&w->b, which == SW1 ? 1 : 2, w->sequence,
		      1000 * w->sequence);
}

static void send(struct mirror_world *w, int which)
{
	struct ipaddr source = switch_address(which == SW1 ? 1 : 2);

	intake_datagram(&w->in, &source, w->b.data, w->b.len, w->time_us,
			w->step);
	intake_settle(&w->in);
}

static void sample(struct mirror_world *w, int which, struct sent_flow flow)
{
	flow.rate = 10;
	flow.bytes = 100;
	start(w, which);
	switch_adds_flow(&w->b, &flow);
	send(w, which);
}

void mirror_world_sample_ingress(struct mirror_world *w, int which, uint8_t src,
				 uint8_t dst, uint32_t port)
{
	sample(
	    w, which,
	    (struct sent_flow){
		.src = src, .dst = dst, .port = port, .as = SENT_AS_INGRESS });
}

void mirror_world_sample_egress(struct mirror_world *w, int which, uint8_t src,
				uint8_t dst, uint32_t port)
{
	sample(
	    w, which,
	    (struct sent_flow){
		.src = src, .dst = dst, .port = port, .as = SENT_AS_EGRESS });
}

void mirror_world_counters(struct mirror_world *w, int which, uint32_t port)
{
	start(w, which);
	switch_adds_counters(&w->b, port, 1000, 10);
	send(w, which);
}

void mirror_world_frame(struct mirror_world *w, uint8_t src, uint8_t dst)
{
	packet_is_frame(&w->p, &(struct made_frame){ .src = src, .dst = dst });
	mirror_world_take(w);
}

void mirror_world_frame_by(struct mirror_world *w, uint16_t session,
			   bool goes_out, uint8_t src, uint8_t dst)
{
	packet_is_frame(&w->p, &(struct made_frame){ .src = src, .dst = dst });
	packet_in_erspan(&w->p, 2,
			 &(struct made_erspan){ .type = 3,
						.session = session,
						.is_egress = goes_out });
	mirror_world_take(w);
}

struct closed_step *mirror_world_close_step(struct mirror_world *w)
{
	struct step_span span = { .step = w->step, .covered_us = STEP_US };
	struct closed_step *step;

	ck_assert_int_eq(closed_step_take(&step, &w->in, span, true), 0);
	mirror_world_wait_s(w, STEP_S);
	return step;
}

void mirror_world_become(struct mirror_world *w, struct generation *next)
{
	ck_assert_int_eq(intake_reload(&w->in, w->now, next, &w->earlier), 0);
	generation_unref(w->now);
	w->now = next;
	w->m.config = config_mirror(next->config);
}

void mirror_world_reload(struct mirror_world *w, const char *direction)
{
	mirror_world_become(w, two_switches(direction));
	ck_assert_ptr_null(w->earlier);
}

void mirror_world_check_dropped(struct mirror_world *w, enum drop_reason reason,
				uint64_t dropped)
{
	mirror_world_check(w, drop_reason_name(reason));
	ck_assert_msg(w->in.ledger.dropped[reason] == dropped, "%s: %llu",
		      drop_reason_name(reason),
		      (unsigned long long)w->in.ledger.dropped[reason]);
}

void mirror_world_check_attributed(struct mirror_world *w, uint64_t attributed)
{
	mirror_world_check(w, "attributed");
	ck_assert_uint_eq(w->in.ledger.attributed, attributed);
}
