/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/journal_print.h"

#include <errno.h>

#include "collector/clock.h"
#include "collector/sums_json.h"
#include "store/journal.h"
#include "util/err.h"
#include "util/json_write.h"

/*
 * A record is read once for each of its arrays: entries of a kind need not
 * stand together, and nothing of a record has to be kept.
 */
typedef void entry_writer(struct json_writer *w,
			  const struct record_entry *entry);

static void put_seconds(struct json_writer *w, const char *key, int64_t us)
{
	json_put_double(w, key, (double)us / US_PER_S, 6);
}

static void put_traffic(struct json_writer *w, const struct record_entry *entry)
{
	const struct record_traffic *t = &entry->traffic;

	if (!entry->known)
		json_put_bool(w, "known", false);
	sums_json_direction(w, "from_member", t->tallies[0]);
	sums_json_direction(w, "to_member", t->tallies[1]);
}

static void put_exchange(struct json_writer *w,
			 const struct record_entry *entry)
{
	json_put_object(w, "exchange");
	put_traffic(w, entry);
	json_end_object(w);
}

static void put_member(struct json_writer *w, const struct record_entry *entry)
{
	json_put_object(w, NULL);
	json_put_u64(w, "asn", entry->series.asn);
	put_traffic(w, entry);
	json_end_object(w);
}

static void put_interface(struct json_writer *w,
			  const struct record_entry *entry)
{
	json_put_object(w, NULL);
	json_put_u64(w, "asn", entry->series.asn);
	json_put_u64(w, "vlan", entry->series.vlan);
	json_put_u64(w, "ordinal", entry->series.ordinal);
	put_traffic(w, entry);
	json_end_object(w);
}

static void put_vlan(struct json_writer *w, const struct record_entry *entry)
{
	json_put_object(w, NULL);
	json_put_u64(w, "vlan", entry->series.vlan);
	put_traffic(w, entry);
	json_end_object(w);
}

static void put_switch(struct json_writer *w, const struct record_entry *entry)
{
	json_put_object(w, NULL);
	json_put_string(w, "switch", entry->series.switch_name);
	put_traffic(w, entry);
	json_end_object(w);
}

static void put_agent(struct json_writer *w, const struct record_entry *entry)
{
	const struct record_agent *a = &entry->agent;

	json_put_object(w, NULL);
	json_put_string(w, "switch", entry->series.switch_name);
	if (!entry->known)
		json_put_bool(w, "known", false);
	json_put_u64(w, "datagrams", a->datagrams);
	json_put_u64(w, "lost", a->lost);
	json_put_u64(w, "samples", a->samples);
	json_put_u64(w, "drops", a->drops);
	json_end_object(w);
}

static void put_unknown_counters(struct json_writer *w, uint32_t unknown)
{
	const char *const *names = series_layout(SERIES_PORT)->columns;

	if (unknown == 0)
		return;
	json_put_array(w, "unknown");
	for (uint32_t i = 0; i <= PORT_OUT_DISCARDS; i++) {
		if (unknown & 1u << i)
			json_put_string(w, NULL, names[i]);
	}
	json_end_array(w);
}

static void put_port(struct json_writer *w, const struct record_entry *entry)
{
	const struct record_port *p = &entry->port;

	json_put_object(w, NULL);
	json_put_string(w, "switch", entry->series.switch_name);
	json_put_u64(w, "ifindex", entry->series.ifindex);
	json_put_i64(w, "start", p->start_s);
	put_seconds(w, "covered", p->covered_us);
	put_seconds(w, "observed", p->observed_us);
	json_put_bool(w, "estimate_known", p->estimate_known);
	json_put_bool(w, "edge", p->edge);
	put_unknown_counters(w, p->unknown);
	sums_json_port(w, p->grown, p->estimate);
	json_end_object(w);
}

/* A pair has two directions, each an ordered pair as in the totals. */
static void put_pair(struct json_writer *w, const struct record_entry *entry)
{
	const struct series *s = &entry->series;

	for (size_t i = 0; i < 2; i++) {
		const struct tally *families = entry->traffic.tallies[i];

		if (!sums_json_any(families))
			continue;
		json_put_object(w, NULL);
		json_put_u64(w, "from", i == 0 ? s->asn : s->other_asn);
		json_put_u64(w, "to", i == 0 ? s->other_asn : s->asn);
		json_put_u64(w, "vlan", s->vlan);
		sums_json_families(w, families);
		json_end_object(w);
	}
}

static void put_seen(struct json_writer *w, const struct record_entry *entry)
{
	json_put_object(w, NULL);
	json_put_u64(w, "asn", entry->series.asn);
	put_seconds(w, "seconds", entry->seen_us);
	json_end_object(w);
}

/* Write the entries of a kind; the record was checked before. */
static void put_entries(struct json_writer *w,
			const struct record_reader *record,
			enum series_kind kind, entry_writer *put)
{
	struct record_reader r = *record;
	struct record_entry entry;

	while (record_next(&r, &entry) == 1) {
		if (entry.series.kind == kind)
			put(w, &entry);
	}
}

static bool is_of_pairs(enum record_kind kind)
{
	return kind == RECORD_PAIR_PART || kind == RECORD_PAIR_STEP;
}

static void put_arrays(struct json_writer *w,
		       const struct record_reader *record,
		       const unsigned *counts)
{
	/* The first three always stand there, as in the totals. */
	static const struct {
		const char *name;
		enum series_kind kind;
		entry_writer *put;
		bool always;
		bool in_steps;
		bool in_pairs;
	} arrays[] = {
		{ "members", SERIES_MEMBER, put_member, true, true, false },
		{ "pairs", SERIES_PAIR, put_pair, true, true, true },
		{ "ports", SERIES_PORT, put_port, true, true, true },
		{ "seen", SERIES_MEMBER, put_seen, false, false, true },
		{ "interfaces", SERIES_VLAN_INTERFACE, put_interface, false,
		  true, true },
		{ "vlans", SERIES_VLAN, put_vlan, false, true, true },
		{ "switches", SERIES_SWITCH, put_switch, false, true, true },
		{ "agents", SERIES_AGENT, put_agent, false, true, true },
	};
	bool pairs = is_of_pairs(record->head.kind);

	put_entries(w, record, SERIES_EXCHANGE, put_exchange);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++) {
		bool here = pairs ? arrays[i].in_pairs : arrays[i].in_steps;

		here = here && counts[arrays[i].kind] > 0;
		if (!here && !arrays[i].always)
			continue;
		json_put_array(w, arrays[i].name);
		if (here)
			put_entries(w, record, arrays[i].kind, arrays[i].put);
		json_end_array(w);
	}
}

static void put_record(struct json_writer *w,
		       const struct record_reader *record,
		       const unsigned *counts)
{
	static const char *const kinds[] = {
		[RECORD_PART] = "part",
		[RECORD_STEP] = "step",
		[RECORD_PAIR_PART] = "pair_part",
		[RECORD_PAIR_STEP] = "pair_step",
		[RECORD_PORTS] = "ports",
	};
	const struct record_head *head = &record->head;

	json_put_object(w, NULL);
	json_put_u64(w, "seq", head->seq);
	json_put_string(w, "kind", kinds[head->kind]);
	if (head->replaces)
		json_put_u64(w, "replaces", head->replaces);
	json_put_i64(w, "start", head->start_s);
	put_seconds(w, "from", head->from_us);
	put_seconds(w, "to", head->to_us);
	put_seconds(w, "covered", head->covered_us);
	json_put_bool(w, "edge", head->edge);
	if (head->odd_clock)
		json_put_bool(w, "odd_clock", true);
	put_arrays(w, record, counts);
	json_end_object(w);
}

/* Count the entries by kind. @return 0, ERR_MALFORMED, ERR_TRUNCATED */
static int count_entries(const struct record_reader *record, unsigned *counts)
{
	struct record_reader r = *record;
	struct record_entry entry;
	int rc;

	while ((rc = record_next(&r, &entry)) == 1)
		counts[entry.series.kind]++;
	return rc;
}

static void complain(const char *path, const char *what)
{
	(void)fprintf(stderr, "lanterne-collector: %s: %s\n", path, what);
}

static int print_record(const char *path, const struct record_reader *record,
			struct text *line, FILE *out)
{
	unsigned counts[SERIES_KIND_COUNT] = { 0 };
	struct json_writer w;

	if (count_entries(record, counts) < 0) {
		complain(path, "a record that cannot be read");
		return ERR_MALFORMED;
	}
	text_clear(line);
	json_start(&w, line);
	put_record(&w, record, counts);
	text_add_char(line, '\n');
	if (!text_ok(line)) {
		complain(path, err_str(-ENOMEM));
		return -ENOMEM;
	}
	(void)fwrite(line->data, 1, line->len, out);
	return ferror(out) ? -EIO : 0;
}

static int print_all(const char *path, struct journal_reader *r, FILE *out)
{
	struct record_reader record;
	struct text line;
	int rc;

	text_init(&line);
	for (;;) {
		rc = journal_read_next(r, &record);
		if (rc < 0)
			complain(path, err_str(rc));
		if (rc <= 0)
			break;
		rc = print_record(path, &record, &line, out);
		if (rc < 0)
			break;
	}
	text_fini(&line);
	if (rc == 0 && journal_read_damaged(r) > 0) {
		complain(path, journal_read_problem(r));
		rc = ERR_MALFORMED;
	}
	return rc;
}

int journal_print(const char *path, FILE *out)
{
	struct journal_reader *r = NULL;
	int rc = journal_read_file(&r, path);

	if (rc == 0)
		rc = print_all(path, r, out);
	else if (rc == ERR_MALFORMED)
		complain(path, "not a journal file, or damaged at its start");
	else if (rc != ERR_UNSUPPORTED) /* the log says which version */
		complain(path, err_str(rc));
	journal_read_close(r);
	return rc;
}
