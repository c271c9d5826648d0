/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * usage: year_of_days DIRECTORY
 * Fill DIRECTORY with a year of day books of 1,000 members, 1,000 ports, 20
 * switches and agents, and one day's 150,000 pairs, and read the year: what
 * a report of a year costs at least, and how large ten years are.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/daybook_file.h"

enum {
	MEMBERS = 1000,
	PORTS_PER_SWITCH = 50,
	SWITCHES = 20,
	PAIR_MEMBERS = 600, /* of which all pairs but some: about 150,000 */
	DAYS = 365,
	SLOTS = 288,
};

static uint64_t seed = 1;

static double next(double most)
{
	seed = seed * UINT64_C(6364136223846793005) +
	       UINT64_C(1442695040888963407);
	return (double)(seed >> 11) * 0x1p-53 * most;
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct daybook_head head_of(enum daybook_kind kind, int32_t number)
{
	return (struct daybook_head){
		.kind = kind,
		.date = date_of_number(number),
		.zone = "America/Marigot",
		.from_s = number * INT64_C(86400) + 4 * 3600,
		.to_s = number * INT64_C(86400) + 28 * 3600,
		.row_s = DAYBOOK_SLOT_S,
	};
}

static void add(struct daybook_writer *w, const struct series *series)
{
	size_t columns = series_layout(series->kind)->column_count;
	size_t measures = daybook_measure_count(series->kind);
	struct daybook_entry entry;

	daybook_entry_init(&entry, series);
	for (size_t c = 0; c < columns; c++)
		entry.totals[c] = next(c < 3 ? 1e14 : 1e11);
	for (size_t i = 0; i < measures; i++) {
		struct daybook_measure *m = &entry.measures[i];
		int64_t minute = (int64_t)next(SLOTS * 5);

		m->known = SLOTS;
		m->p95 = next(1e10);
		m->peak = next(1e10);
		m->minute_peak = next(1e10);
		m->minute_peak_at_s = w->head.from_s + minute * 60;
		m->peak_at_s = w->head.from_s + minute / 5 * DAYBOOK_SLOT_S;
	}
	daybook_add(w, &entry);
}

static void add_switches(struct daybook_writer *w, enum series_kind kind)
{
	int ports = kind == SERIES_PORT ? PORTS_PER_SWITCH : 1;
	char name[16];

	for (int i = 0; i < SWITCHES; i++) {
		(void)snprintf(name, sizeof(name), "switch%02d", i);
		for (int port = 0; port < ports; port++)
			add(w, &(struct series){
				   .kind = kind,
				   .switch_name = name,
				   .ifindex = 436207616 + (uint32_t)port * 4096,
			       });
	}
}

/* Store, and give the size. */
static size_t store(const char *dir, struct daybook_writer *w)
{
	size_t size;
	int rc = daybook_finish(w);

	assert(rc == 0);
	size = w->bytes.len;
	rc = daybook_store(dir, w);
	assert(rc >= 0);
	daybook_writer_fini(w);
	return size;
}

static size_t make_day(const char *dir, int32_t number)
{
	struct daybook_head head = head_of(DAYBOOK_DAY, number);
	struct daybook_writer w;

	daybook_begin(&w, &head);
	add(&w, &(struct series){ .kind = SERIES_EXCHANGE });
	for (uint32_t i = 0; i < MEMBERS; i++)
		add(&w, &(struct series){ .kind = SERIES_MEMBER,
					  .asn = 64500 + i * 200 });
	add_switches(&w, SERIES_SWITCH);
	add_switches(&w, SERIES_PORT);
	add_switches(&w, SERIES_AGENT);
	return store(dir, &w);
}

static size_t make_pairs(const char *dir, int32_t number, size_t *count)
{
	struct daybook_head head = head_of(DAYBOOK_PAIRS, number);
	struct daybook_writer w;

	daybook_begin(&w, &head);
	for (uint32_t a = 0; a < PAIR_MEMBERS; a++) {
		for (uint32_t b = a + 1; b < PAIR_MEMBERS; b++) {
			struct daybook_pair pair = {
				.vlan = 100,
				.asn = 64500 + a * 200,
				.other_asn = 64500 + b * 200,
				.known = { SLOTS, SLOTS }
			};

			if (next(6) < 1)
				continue;
			for (size_t c = 0; c < PAIR_COUNT; c++)
				pair.bytes[c] = (uint64_t)pow(10, 4 + next(8));
			daybook_add_pair(&w, &pair);
		}
	}
	*count = w.head.count;
	return store(dir, &w);
}

static size_t read_day(const char *dir, int32_t number)
{
	struct daybook_entry entry;
	struct daybook book;
	size_t count = 0;
	int rc = daybook_read(&book, dir, DAYBOOK_DAY, date_of_number(number));

	assert(rc == 0);
	while ((rc = daybook_next(&book.reader, &entry)) == 1)
		count++;
	assert(rc == 0);
	daybook_fini(&book);
	return count;
}

int main(int argc, char **argv)
{
	const int32_t first = 20089; /* 2025-01-01 */
	size_t entries = 0;
	size_t pairs;
	size_t size = 0;
	double start;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 64;
	}
	for (int32_t i = 0; i < DAYS; i++)
		size += make_day(argv[1], first + i);
	(void)printf("a day of all series: %zu bytes; ten years: %.2f GB\n",
		     size / DAYS, (double)size / DAYS * 3653 / 1e9);
	start = seconds();
	for (int32_t i = 0; i < DAYS; i++)
		entries += read_day(argv[1], first + i);
	(void)printf("a year, %zu entries, read in %.2f s of CPU\n", entries,
		     seconds() - start);
	start = seconds();
	size = make_pairs(argv[1], first, &pairs);
	(void)printf("a day of %zu pairs: %zu bytes, %.1f each, written in "
		     "%.2f s; 400 days: %.2f GB\n",
		     pairs, size, (double)size / (double)pairs,
		     seconds() - start, (double)size * 400 / 1e9);
	return 0;
}
