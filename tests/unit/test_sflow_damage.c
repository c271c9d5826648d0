/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sflow, damaged systematically: each prefix, each field. */

#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/sflow.h"
#include "support/sflow_records.h"
#include "util/err.h"

static struct sflow_builder b;

static const uint8_t frame[] = {
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45
};

static void add_flow(bool expanded)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .expanded = expanded,
				 .sampling_rate = 4096,
			     });
	sflow_build_record(&b, 1001);
	sflow_build_u64(&b, 100);
	sflow_build_record_end(&b);
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_sample_end(&b);
}

static void add_counters(bool expanded)
{
	sflow_build_counters(&b, &(struct sflow_build_counters){
				     .expanded = expanded,
				 });
	sflow_build_if_counters(&b, &(struct sflow_build_if_counters){ 0 });
	sflow_build_port_name(&b, "Ethernet1/1");
	sflow_build_sample_end(&b);
}

/* Every flow record that is read, a sampled header in their midst. */
static void add_all_flow_records(bool expanded)
{
	static const uint16_t tags[] = { 0, 100, 200 };

	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .expanded = expanded,
				 .sampling_rate = 4096,
			     });
	sflow_build_ethernet(&b, 1518, 1, 2, 0x0800);
	sflow_build_ip(&b, expanded ? 6 : 4, 1500);
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_switch(&b, 100, 100);
	sflow_build_router(&b, 6);
	sflow_build_gateway(&b, 4, 2, 3);
	sflow_build_vlan_stack(&b, tags, COUNT_OF(tags));
	sflow_build_sample_end(&b);
}

static void add_all_counter_records(bool expanded)
{
	static const int32_t loads[3] = { 100, 200, 300 };

	sflow_build_counters(&b, &(struct sflow_build_counters){
				     .expanded = expanded,
				 });
	sflow_build_ethernet_counters(&b, 1);
	sflow_build_if_counters(&b, &(struct sflow_build_if_counters){ 0 });
	sflow_build_vlan_counters(&b, 100, 1);
	sflow_build_lag(&b, &(struct sflow_build_lag){ .states = { 1 } });
	sflow_build_processor(&b, loads, 2, 1);
	sflow_build_port_name(&b, "Ethernet1/1");
	sflow_build_sample_end(&b);
}

static void add_discard(bool expanded)
{
	sflow_build_discard(&b, &(struct sflow_build_discard){ .reason = 256 });
	if (expanded)
		sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_sample_end(&b);
}

static void add_unknown(bool expanded)
{
	sflow_build_sample(&b, expanded ? 6 : 0x9001);
	sflow_build_u64(&b, 1);
	sflow_build_sample_end(&b);
}

/* Each kind of sample last, once, and with an agent of each kind. */
static const struct {
	const char *name;
	size_t agent_len;
	bool expanded;
	void (*last)(bool expanded);
} datagrams[] = {
	{ "compact flow", 4, false, add_flow },
	{ "expanded flow", 16, true, add_flow },
	{ "compact counters", 16, false, add_counters },
	{ "expanded counters", 4, true, add_counters },
	{ "unknown", 0, false, add_unknown },
	{ "unknown, too", 0, true, add_unknown },
	{ "all flow records, compact", 4, false, add_all_flow_records },
	{ "all flow records, expanded", 4, true, add_all_flow_records },
	{ "all counter records, compact", 16, false, add_all_counter_records },
	{ "all counter records, expanded", 4, true, add_all_counter_records },
	{ "discarded packet", 4, false, add_discard },
	{ "discarded packet with a header", 4, true, add_discard },
};

static void build(int i)
{
	sflow_build_start(&b, &(struct sflow_build_head){
				  .agent = { 192, 0, 2, 1 },
				  .agent_len = datagrams[i].agent_len,
			      });
	add_unknown(true);
	add_counters(true);
	add_flow(true);
	datagrams[i].last(datagrams[i].expanded);
}

struct outcome {
	int rc;
	size_t samples; /* given out */
	size_t skipped; /* samples and records */
};

/*
 * Read the first len bytes to the end, from a block of just that size, as a
 * sanitizer needs it.
 */
static struct outcome read_prefix(size_t len)
{
	struct outcome outcome = { 0 };
	struct sflow_skipped skipped = { 0 };
	struct sflow_reader reader;
	struct sflow_head head;
	struct sflow_flow flow;
	struct sflow_counters counters;
	uint8_t *exact = malloc(len);

	ck_assert(exact || len == 0);
	if (len)
		memcpy(exact, b.data, len);
	outcome.rc = sflow_open(&reader, exact, len, &head, &skipped);
	while (outcome.rc == 0) {
		outcome.rc = sflow_next(&reader, &flow, &counters);
		if (outcome.rc <= 0)
			break;
		outcome.samples++;
		outcome.rc = 0;
		ck_assert_uint_le(outcome.samples, len / 8);
	}
	free(exact);
	outcome.skipped = skipped.samples + skipped.flow_records +
			  skipped.counter_records + skipped.broken_records;
	return outcome;
}

START_TEST(no_prefix_is_read_whole)
{
	struct outcome whole;

	build(_i);
	whole = read_prefix(b.len);
	ck_assert_msg(whole.rc == 0, "%s", datagrams[_i].name);
	ck_assert_uint_eq(whole.samples + (datagrams[_i].last == add_unknown),
			  3);
	for (size_t len = 0; len < b.len; len++) {
		struct outcome cut = read_prefix(len);

		ck_assert_msg(cut.rc == ERR_TRUNCATED, "%s cut to %zu: %d",
			      datagrams[_i].name, len, cut.rc);
		ck_assert_uint_le(cut.samples, whole.samples);
		ck_assert_uint_le(cut.skipped, whole.skipped);
	}
}
END_TEST

/* Every word becomes a length or a count that lies, one after the other. */
START_TEST(no_word_makes_the_reader_leave_its_bounds)
{
	static const uint32_t lies[] = { 0,	     1,		 3,
					 0x7fffffff, 0x80000000, 0xfffffffc,
					 UINT32_MAX };

	build(_i);
	for (size_t at = 0; at + 4 <= b.len; at += 4) {
		for (size_t i = 0; i < COUNT_OF(lies); i++) {
			struct outcome outcome;

			build(_i);
			sflow_build_patch(&b, at, lies[i]);
			outcome = read_prefix(b.len);
			ck_assert_int_le(outcome.rc, 0);
			ck_assert_uint_le(outcome.samples + outcome.skipped,
					  b.len / 8);
		}
	}
}
END_TEST

/*
 * Datagrams of the largest size, full of the smallest things that the reader
 * can be made to look at. What it looked at, it counted.
 */
static size_t fill_with_samples(void)
{
	while (b.len + 8 <= sizeof(b.data))
		sflow_build_u64(&b, UINT64_C(6) << 32);
	sflow_build_patch(&b, b.sample_count_at, UINT32_MAX);
	return (b.len - b.sample_count_at - 4) / 8;
}

static size_t fill_with_records(uint32_t format)
{
	size_t count = 0;

	while (b.len + 8 <= sizeof(b.data)) {
		sflow_build_u64(&b, (uint64_t)format << 32);
		count++;
	}
	sflow_build_patch(&b, b.record_count_at, (uint32_t)count);
	sflow_build_sample_end(&b);
	return count;
}

static size_t fill_with_unknown_flow_records(void)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){ .expanded = true });
	return fill_with_records(1036);
}

static size_t fill_with_broken_gateways(void)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){ .expanded = true });
	return fill_with_records(1003);
}

static size_t fill_with_broken_lags(void)
{
	sflow_build_counters(&b, &(struct sflow_build_counters){ 0 });
	return fill_with_records(7);
}

/* One record whose count of AS path segments lies: they take 8 bytes each. */
static size_t fill_with_segments(void)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){ .expanded = true });
	sflow_build_gateway(&b, 0, 0, 0);
	b.len -= 12; /* the counts and the preference */
	sflow_build_u32(&b, UINT32_MAX);
	while (b.len + 8 <= sizeof(b.data))
		sflow_build_u64(&b, 0);
	sflow_build_patch(&b, b.record_at, (uint32_t)(b.len - b.record_at - 4));
	sflow_build_sample_end(&b);
	return 1;
}

static const struct {
	const char *name;
	size_t (*fill)(void);
} floods[] = {
	{ "samples", fill_with_samples },
	{ "flow records", fill_with_unknown_flow_records },
	{ "broken gateways", fill_with_broken_gateways },
	{ "broken LAGs", fill_with_broken_lags },
	{ "segments", fill_with_segments },
};

START_TEST(the_work_is_bounded_by_the_size)
{
	struct outcome outcome;
	size_t count;

	sflow_build_start(&b, &(struct sflow_build_head){ .agent_len = 4 });
	count = floods[_i].fill();
	ck_assert_uint_gt(b.len, sizeof(b.data) - 8);
	outcome = read_prefix(b.len);
	ck_assert_msg(outcome.skipped == count, "%s: %zu of %zu",
		      floods[_i].name, outcome.skipped, count);
	ck_assert_uint_le(outcome.samples + outcome.skipped, b.len / 8);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ no_prefix_is_read_whole, COUNT_OF(datagrams) },
		{ no_word_makes_the_reader_leave_its_bounds,
		  COUNT_OF(datagrams) },
		{ the_work_is_bounded_by_the_size, COUNT_OF(floods) },
	};

	return unit_run("sflow_damage", tests, COUNT_OF(tests));
}
