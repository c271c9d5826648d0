/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Nothing is lost and nothing counted twice between datagram and tallies. */

#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/intake.h"
#include "support/intake_check.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

#define STEP INT64_C(28333440)

static struct exchange e;
static struct intake in;
static struct sflow_builder b;
static uint32_t sequence;

static void build(const char *direction)
{
	char *text = exchange_config_text(direction, NULL);

	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	sequence = 0;
}

static void setup(void)
{
	build("any");
}

static void teardown(void)
{
	intake_fini(&in);
	exchange_free(&e);
}

static void send(uint8_t number)
{
	struct ipaddr source = switch_address(number);

	intake_datagram(&in, &source, b.data, b.len, STEP * STEP_US + sequence,
			STEP);
	intake_settle(&in);
}

static void check_identities(void)
{
	const char *fault = intake_fault(&in);

	ck_assert_msg(!fault, "%s", fault);
}

static uint32_t random_below(uint64_t *seed, uint32_t limit)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)((*seed >> 32) * limit >> 32);
}

enum { MEMBERS = 7, MODEL_RUNS = 20000 };

/* Random flows through the intake, and the same summed up by hand: by sender,
 * by receiver and by family. Stations 1, 2, 3 and 7 are members of VLAN 100. */
struct model {
	struct tally from[MEMBERS][FAMILY_COUNT];
	struct tally to[MEMBERS][FAMILY_COUNT];
	uint64_t attributed;
};

static int member_of(uint8_t station)
{
	switch (station) {
	case 1:
		return 0;
	case 2:
		return 1;
	case 3:
		return 2;
	case 5:
		return 4;
	case 7:
		return 5;
	default:
		return -1; /* station 4 is in the other VLAN */
	}
}

static void add_to_model(struct model *m, const struct sent_flow *f)
{
	int from = member_of(f->src);
	int to = member_of(f->dst);
	int family = f->type == SENT_IPV4   ? FAMILY_IPV4
		     : f->type == SENT_IPV6 ? FAMILY_IPV6
					    : FAMILY_OTHER;

	if (from >= 0)
		tally_add_sample(&m->from[from][family], f->bytes, f->rate);
	if (to >= 0)
		tally_add_sample(&m->to[to][family], f->bytes, f->rate);
	m->attributed += from >= 0 || to >= 0;
}

static struct sent_flow random_flow(uint64_t *seed)
{
	static const uint16_t types[] = { SENT_IPV4, SENT_IPV6, SENT_ARP };
	static const uint8_t to[] = { 1, 2, 3, 4, 5, 7, 0x99, 0xff };
	static const uint32_t rates[] = { 1, 10, 4096 };

	return (struct sent_flow){
		.src = to[random_below(seed, 7)],
		.dst = to[random_below(seed, 8)],
		.port = 100, /* not configured: confirms nothing */
		.as = (int)random_below(seed, 3),
		.rate = rates[random_below(seed, 3)],
		.bytes = 64 + random_below(seed, 1455),
		.tag = 100,
		.type = types[random_below(seed, 3)],
	};
}

static void check_tally(const struct tally *a, const struct tally *wanted)
{
	ck_assert_uint_eq(a->bytes, wanted->bytes);
	ck_assert_uint_eq(a->packets, wanted->packets);
	ck_assert_uint_eq(a->samples, wanted->samples);
	ck_assert_double_eq_tol(a->variance, wanted->variance,
				1 + 1e-9 * wanted->variance);
}

static void sum_cells(const struct cell *cells, size_t count, struct model *m)
{
	const struct registry *r = e.registry;

	for (size_t i = 0; i < count; i++) {
		struct cell_ends ends = cell_ends(cells[i].key);

		m->attributed += cells[i].tally.samples;
		if (ends.from)
			tally_add(&m->from[r->interfaces[ends.from].member]
					  [ends.family],
				  &cells[i].tally);
		if (ends.to)
			tally_add(
			    &m->to[r->interfaces[ends.to].member][ends.family],
			    &cells[i].tally);
	}
}

START_TEST(the_tallies_are_those_of_a_model)
{
	static struct model wanted;
	static struct model got;
	uint64_t seed = 7;
	struct cell *cells;
	size_t count;

	for (int i = 0; i < MODEL_RUNS; i += 10) {
		uint8_t number = (uint8_t)(1 + random_below(&seed, 2));

		sequence++;
		switch_starts(&b, number, sequence, 100000 + sequence);
		for (int k = 0; k < 10; k++) {
			struct sent_flow flow = random_flow(&seed);

			switch_adds_flow(&b, &flow);
			add_to_model(&wanted, &flow);
		}
		send(number);
	}
	check_identities();
	ck_assert(intake_take(&in, &cells, &count));
	sum_cells(cells, count, &got);
	free(cells);
	ck_assert_uint_eq(got.attributed, wanted.attributed);
	ck_assert_uint_eq(in.ledger.attributed, wanted.attributed);
	for (int m = 0; m < MEMBERS; m++) {
		for (int f = 0; f < FAMILY_COUNT; f++) {
			check_tally(&got.from[m][f], &wanted.from[m][f]);
			check_tally(&got.to[m][f], &wanted.to[m][f]);
		}
	}
}
END_TEST

static void random_datagram(uint64_t *seed, uint8_t number)
{
	uint32_t samples = random_below(seed, 12);

	sequence += random_below(seed, 4);
	switch_starts(&b, number, sequence, 100000 + sequence);
	for (uint32_t i = 0; i < samples; i++) {
		struct sent_flow flow = random_flow(seed);

		flow.port = random_below(seed, 50);
		flow.tag = random_below(seed, 2) ? 100 : 0;
		flow.drops = random_below(seed, 1000);
		if (random_below(seed, 4))
			switch_adds_flow(&b, &flow);
		else
			switch_adds_counters(&b, flow.port, *seed >> 20,
					     flow.bytes);
	}
}

/* Break up to three things, or cut it short. */
static void damage(uint64_t *seed)
{
	for (uint32_t n = random_below(seed, 4); n > 0; n--) {
		uint32_t at = random_below(seed, (uint32_t)b.len);

		if (random_below(seed, 2))
			b.data[at] ^= (uint8_t)(1u << random_below(seed, 8));
		else
			b.data[at] = (uint8_t)random_below(seed, 256);
	}
	if (random_below(seed, 8) == 0)
		b.len = random_below(seed, (uint32_t)b.len);
}

START_TEST(the_identities_hold_whatever_comes)
{
	static const char *const directions[] = { "any", "auto", "ingress",
						  "egress" };
	uint64_t seed = 4711 + (uint64_t)_i;
	uint64_t samples = 0;
	struct cell *cells;
	size_t count;

	teardown();
	build(directions[_i % 4]);
	for (int i = 0; i < 5000; i++) {
		uint8_t number = (uint8_t)(1 + random_below(&seed, 2));

		random_datagram(&seed, number);
		damage(&seed);
		if (random_below(&seed, 20) == 0)
			number = 9;
		send(number);
		check_identities();
		if (i % 1000 == 999)
			intake_decide(&in, (uint32_t)(i / 1000) % 2);
	}
	for (uint32_t i = 0; i < 2; i++)
		intake_decide(&in, i);
	check_identities();
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert_uint_gt(in.input.malformed, 0);
	ck_assert_uint_gt(in.ledger.attributed, 0);
	ck_assert(intake_take(&in, &cells, &count));
	for (size_t i = 0; i < count; i++)
		samples += cells[i].tally.samples;
	free(cells);
	ck_assert_uint_eq(samples, in.ledger.attributed);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_tallies_are_those_of_a_model, 0 },
		{ the_identities_hold_whatever_comes, 8 },
	};

	return unit_run_with("intake_sums", setup, teardown, tests,
			     COUNT_OF(tests));
}
