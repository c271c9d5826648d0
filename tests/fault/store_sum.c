/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * store-sum: what a state_dir holds, for tests that compare it with the truth.
 *
 *   store-sum DIR FROM_S
 *
 * Lines of words:
 *
 *   total SERIES RECORDS SAMPLES BYTES SAMPLES BYTES
 *   step KIND START_S COVERED_S SERIES SAMPLES BYTES SAMPLES BYTES
 *   row SERIES START_S SECONDS BYTES... SAMPLES...
 *   damaged FILES
 *
 * Totals are over the whole journal, parts and closed steps, IPv4 only, from a
 * member (or a to b) first; of an agent its datagrams stand for samples. Steps
 * and rows are those from FROM_S on. Rows are per second; nan: unknown.
 */

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal.h"
#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "store/series_list.h"
#include "util/err.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { SUMS_MAX = 256, NAME_SIZE = 80 };

struct sum {
	char name[NAME_SIZE];
	uint64_t records;
	struct record_traffic traffic;
};

struct totals {
	struct sum sums[SUMS_MAX];
	size_t count;
	int64_t from_s;
	const char *state_dir;
	bool failed;
};

/* A name of one word: "pair-AS64500-AS64501-100". */
static void name_of(char *to, const struct series *s)
{
	(void)series_name(to, NAME_SIZE, s);
	for (char *p = to; *p; p++) {
		if (*p == ' ')
			*p = '-';
	}
}

static struct sum *sum_of(struct totals *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->sums[i].name, name) == 0)
			return &t->sums[i];
	}
	if (t->count == SUMS_MAX)
		abort();
	(void)snprintf(t->sums[t->count].name, NAME_SIZE, "%s", name);
	return &t->sums[t->count++];
}

static void print_traffic(const struct record_traffic *t)
{
	for (size_t i = 0; i < 2; i++)
		(void)printf(" %" PRIu64 " %" PRIu64,
			     t->tallies[i][FAMILY_IPV4].samples,
			     t->tallies[i][FAMILY_IPV4].bytes);
	(void)putchar('\n');
}

static void take_entry(struct totals *t, const struct record_head *head,
		       const struct record_entry *entry)
{
	struct record_traffic traffic = { 0 };
	char name[NAME_SIZE];
	struct sum *sum;

	name_of(name, &entry->series);
	if (entry->series.kind == SERIES_PORT)
		return;
	if (head->kind == RECORD_PAIR_PART || head->kind == RECORD_PAIR_STEP) {
		if (entry->series.kind == SERIES_MEMBER)
			return;
	}
	if (entry->series.kind == SERIES_AGENT)
		traffic.tallies[0][FAMILY_IPV4].samples =
		    entry->agent.datagrams;
	else
		traffic = entry->traffic;
	sum = sum_of(t, name);
	sum->records++;
	record_traffic_add(&sum->traffic, &traffic);
	if (head->start_s < t->from_s)
		return;
	(void)printf("step %d %" PRId64 " %.6f %s", (int)head->kind,
		     head->start_s, (double)head->covered_us / 1e6, name);
	print_traffic(&traffic);
}

static int read_journal(struct totals *t)
{
	const unsigned both = 1u << JOURNAL_STEPS | 1u << JOURNAL_PAIRS;
	struct journal_reader *reader;
	struct record_reader record;
	struct record_entry entry;
	int rc = journal_read_all(&reader, t->state_dir, both, 0);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc; /* none yet */
	while ((rc = journal_read_next(reader, &record)) == 1) {
		while ((rc = record_next(&record, &entry)) == 1)
			take_entry(t, &record.head, &entry);
		if (rc < 0)
			break;
	}
	(void)printf("damaged %" PRIu64 "\n", journal_read_damaged(reader));
	journal_read_close(reader);
	return rc;
}

static void print_values(const struct series *s, const struct series_data *data,
			 size_t row)
{
	static const size_t traffic[] = { TRAFFIC_FROM_V4_BYTES,
					  TRAFFIC_TO_V4_BYTES,
					  TRAFFIC_FROM_SAMPLES,
					  TRAFFIC_TO_SAMPLES };
	static const size_t pair[] = { PAIR_AB_V4_BYTES, PAIR_BA_V4_BYTES };
	static const size_t agent[] = { AGENT_DATAGRAMS };
	const size_t *columns = traffic;
	size_t count = COUNT_OF(traffic);

	if (s->kind == SERIES_PAIR) {
		columns = pair;
		count = COUNT_OF(pair);
	} else if (s->kind == SERIES_AGENT) {
		columns = agent;
		count = COUNT_OF(agent);
	}
	for (size_t i = 0; i < count; i++)
		(void)printf(" %.17g", series_at(data, row, columns[i]));
	(void)putchar('\n');
}

static void print_rows(struct totals *t, const struct series *s)
{
	struct series_range range = {
		.consolidation = CONSOLIDATION_AVERAGE,
		.from_s = t->from_s,
		.row_s = series_layout(s->kind)->step_s,
	};
	struct series_data data;
	char name[NAME_SIZE];
	int rc = rrd_last_end(t->state_dir, s, &range.to_s);

	name_of(name, s);
	if (rc == 0 && range.to_s <= t->from_s)
		return;
	if (rc == 0)
		rc = series_read(&data, t->state_dir, s, &range);
	if (rc < 0) {
		(void)printf("bad %s %s\n", name, err_str(rc));
		return;
	}
	for (size_t i = 0; i < data.rows; i++) {
		(void)printf("row %s %" PRId64 " %" PRIu32, name,
			     data.from_s + (int64_t)i * data.row_s, data.row_s);
		print_values(s, &data, i);
	}
	series_data_fini(&data);
}

static void visit(void *context, const struct series *series)
{
	print_rows(context, series);
}

static int read_files(struct totals *t)
{
	static const enum series_kind kinds[] = {
		SERIES_EXCHANGE, SERIES_MEMBER, SERIES_VLAN_INTERFACE,
		SERIES_VLAN,	 SERIES_SWITCH, SERIES_AGENT,
	};
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < COUNT_OF(kinds); i++)
		rc = series_list_kind(t->state_dir, kinds[i], visit, t);
	return rc < 0 ? rc : series_list_pairs(t->state_dir, visit, t);
}

int main(int argc, char **argv)
{
	struct totals totals = { .count = 0 };
	int rc;

	if (argc != 3) {
		(void)fputs("usage: store-sum DIR FROM_S\n", stderr);
		return 64;
	}
	totals.state_dir = argv[1];
	totals.from_s = strtoll(argv[2], NULL, 10);
	rc = read_journal(&totals);
	for (size_t i = 0; i < totals.count; i++) {
		const struct sum *s = &totals.sums[i];

		(void)printf("total %s %" PRIu64, s->name, s->records);
		print_traffic(&s->traffic);
	}
	if (rc == 0)
		rc = read_files(&totals);
	if (rc < 0)
		(void)printf("error %s\n", err_str(rc));
	return rc < 0 ? 1 : 0;
}
