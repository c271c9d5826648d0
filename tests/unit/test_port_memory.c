/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/port_memory.h"
#include "collector/port_steps.h"
#include "support/registry_builder.h"
#include "util/err.h"

enum { START_S = 1700000040, PORT = 7 };

static struct exchange e;
static struct port_table before; /* of the process that was killed */
static struct port_table after;
static struct text record;

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(port_table_init(&before, e.registry), 0);
	ck_assert_int_eq(port_table_init(&after, e.registry), 0);
	text_init(&record);
}

static void teardown(void)
{
	text_fini(&record);
	port_table_fini(&before);
	port_table_fini(&after);
	exchange_free(&e);
}

static int64_t at(int seconds)
{
	return ((int64_t)START_S + seconds) * US_PER_S;
}

static void count(struct port_table *t, int seconds, uint64_t octets)
{
	const struct sflow_counters c = {
		.has_interface = true,
		.interface = { .ifindex = PORT,
			       .speed_bps = 10000000000,
			       .in_octets = octets,
			       .in_ucast = 1000,
			       .status = 3 },
	};

	port_table_counters(t, port_table_find(t, 1, PORT), &c, at(seconds),
			    (uint32_t)(seconds + 1000) * 1000);
}

static struct step_span span(int step, int covered_s)
{
	return (struct step_span){ .step = START_S / STEP_S + step,
				   .covered_us =
				       covered_s * (int64_t)US_PER_S };
}

/* As the journal has it. */
static void remember(int step, int covered_s)
{
	const struct record_head head = { .kind = RECORD_PORTS,
					  .start_s = START_S + step * STEP_S };
	struct port_row *rows;
	size_t rows_count;
	struct text blob;

	ck_assert_int_eq(port_steps_pending(&before, span(step, covered_s),
					    &rows, &rows_count),
			 0);
	record_begin(&record, &head);
	for (size_t i = 0; i < rows_count; i++) {
		const struct record_entry entry = {
			.series = { .kind = SERIES_PORT,
				    .switch_name = "sw2",
				    .ifindex = rows[i].ifindex },
			.known = true,
			.port = rows[i].amounts,
		};

		record_add(&record, &entry);
	}
	text_init(&blob);
	port_memory_write(&blob, &before);
	record_add_blob(&record, blob.data, blob.len);
	text_fini(&blob);
	free(rows);
}

static int recall_bytes(const void *bytes, size_t len)
{
	struct record_reader r;
	int rc = record_open(&r, cursor_of(bytes, len));

	return rc < 0 ? rc : port_memory_read(&after, &r);
}

static void recall(void)
{
	ck_assert_int_eq(recall_bytes(record.data, record.len), 0);
}

/* Close a step of the second process; gives its row of the port. */
static struct record_port closed(int step, int covered_s)
{
	const bool alive[2] = { true, true };
	struct record_port found = { 0 };
	struct port_row *rows;
	size_t rows_count;

	ck_assert_int_eq(port_steps_close(&after, span(step, covered_s), alive,
					  false, &rows, &rows_count),
			 0);
	for (size_t i = 0; i < rows_count; i++) {
		if (rows[i].ifindex == PORT &&
		    rows[i].amounts.start_s == START_S + step * STEP_S)
			found = rows[i].amounts;
	}
	free(rows);
	return found;
}

START_TEST(the_next_counters_compare_with_the_last_of_before)
{
	struct record_port row;

	count(&before, 0, 1000);
	count(&before, 20, 3000);
	remember(0, 25);
	recall();
	count(&after, 60, 7000);
	row = closed(0, 25);
	ck_assert_int_eq(row.start_s, START_S);
	ck_assert_uint_eq(row.grown[PORT_IN_OCTETS], 6000);
	ck_assert_int_eq(row.covered_us, STEP_US);
}
END_TEST

/* A sample's bytes came in by the port, in the first step. */
static void estimate(struct port_table *t, uint64_t bytes)
{
	uint32_t port = port_table_find(t, 1, PORT);

	port_samples_estimate(port_table_samples(t, port, START_S / STEP_S),
			      false, bytes);
	port_table_settle(t);
}

START_TEST(steps_not_given_out_are_still_there)
{
	struct record_port row;

	count(&before, 0, 0);
	count(&before, 20, 3000);
	estimate(&before, 500);
	remember(0, 25);
	recall();
	estimate(&after, 100);
	count(&after, 80, 9000);
	row = closed(0, 30);
	ck_assert_uint_eq(row.estimate[0], 600);
	ck_assert_int_eq(row.observed_us, 55 * (int64_t)US_PER_S);
	ck_assert(row.estimate_known);
	ck_assert_uint_eq(row.grown[PORT_IN_OCTETS], 3000 + 4000);
}
END_TEST

/* Half the samples are missing: what was made up for is not once more. */
START_TEST(what_was_corrected_is_not_corrected_again)
{
	struct record_port row;
	uint32_t port = port_table_find(&before, 1, PORT);

	count(&before, 0, 0);
	count(&before, 20, 3000);
	before.ports[port].correction = 2;
	estimate(&before, 500);
	remember(0, 25);
	recall();
	after.ports[port_table_find(&after, 1, PORT)].correction = 2;
	estimate(&after, 100);
	count(&after, 80, 9000);
	row = closed(0, 35);
	ck_assert_uint_eq(row.estimate[0], 1200);
	/* how sure that is was forgotten */
	ck_assert_int_eq(
	    after.ports[port_table_find(&after, 1, PORT)].calibration[0].window,
	    0);
}
END_TEST

START_TEST(what_was_given_out_does_not_come_again)
{
	const bool alive[2] = { true, true };
	struct port_row *rows;
	size_t rows_count;

	count(&before, 0, 0);
	count(&before, 60, 6000);
	ck_assert_int_eq(port_steps_close(&before, span(0, 60), alive, false,
					  &rows, &rows_count),
			 0);
	ck_assert_uint_eq(rows_count, 1);
	free(rows);
	remember(1, 5);
	recall();
	count(&after, 120, 12000);
	ck_assert_int_eq(closed(0, 60).start_s, 0);
	ck_assert_uint_eq(closed(1, 60).grown[PORT_IN_OCTETS], 6000);
}
END_TEST

START_TEST(ports_of_switches_that_left_are_left_behind)
{
	char *at_name;

	count(&before, 0, 1000);
	remember(0, 5);
	at_name = memmem(record.data, record.len, "\3sw2", 4);
	ck_assert_ptr_nonnull(at_name);
	at_name[3] = '9';
	recall();
	ck_assert(!after.ports[port_table_find(&after, 1, PORT)].counted);
}
END_TEST

START_TEST(no_cut_or_bent_byte_does_harm)
{
	char *bytes;

	count(&before, 0, 1000);
	count(&before, 20, 3000);
	remember(0, 25);
	bytes = malloc(record.len);
	ck_assert_ptr_nonnull(bytes);
	for (size_t len = 0; len < record.len; len++) {
		memcpy(bytes, record.data, len);
		ck_assert_int_lt(recall_bytes(bytes, len), 0);
	}
	for (size_t bit = 0; bit < 8 * record.len; bit++) {
		int rc;

		memcpy(bytes, record.data, record.len);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		rc = recall_bytes(bytes, record.len);
		ck_assert(rc == 0 || rc == ERR_MALFORMED ||
			  rc == ERR_TRUNCATED || rc == ERR_UNSUPPORTED);
	}
	free(bytes);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_next_counters_compare_with_the_last_of_before, 0 },
		{ steps_not_given_out_are_still_there, 0 },
		{ what_was_corrected_is_not_corrected_again, 0 },
		{ what_was_given_out_does_not_come_again, 0 },
		{ ports_of_switches_that_left_are_left_behind, 0 },
		{ no_cut_or_bent_byte_does_harm, 0 },
	};

	return unit_run_with("port_memory", setup, teardown, tests,
			     COUNT_OF(tests));
}
