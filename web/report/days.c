/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/days.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "store/daybook_file.h"
#include "util/json_write.h"
#include "util/log.h"
#include "util/utc.h"
#include "util/zone.h"
#include "web/csv.h"
#include "web/report/books.h"
#include "web/report/output.h"
#include "web/report/progress.h"

enum {
	DAYS_DEFAULT = 365,
	DAYS_MAX = 3660,
	DAYS_OF_ALL_MAX = 400, /* of 1,000 members these are 100 MB */
	NAME_SIZE = 80
};

static const char head[] =
    "date,kind,asn,name,from,to,slots,from_member_known,to_member_known,"
    "from_member_bytes,to_member_bytes,from_member_ipv4_bytes,"
    "from_member_ipv6_bytes,from_member_other_bytes,to_member_ipv4_bytes,"
    "to_member_ipv6_bytes,to_member_other_bytes,from_member_p95_bps,"
    "to_member_p95_bps,from_member_peak_bps,from_member_peak_at,"
    "to_member_peak_bps,to_member_peak_at\r\n";

/* The columns of bytes, in the order of the table. */
static const enum series_traffic families[] = {
	TRAFFIC_FROM_V4_BYTES, TRAFFIC_FROM_V6_BYTES, TRAFFIC_FROM_OTHER_BYTES,
	TRAFFIC_TO_V4_BYTES,   TRAFFIC_TO_V6_BYTES,   TRAFFIC_TO_OTHER_BYTES,
};
static const char *const family_names[] = {
	"from_member_ipv4_bytes",  "from_member_ipv6_bytes",
	"from_member_other_bytes", "to_member_ipv4_bytes",
	"to_member_ipv6_bytes",	   "to_member_other_bytes",
};
enum { FAMILIES = sizeof(families) / sizeof(*families), WAYS = 2 };

/* The table as it is written. */
struct table {
	const struct call *call;
	const struct options *o;
	struct date first;
	struct date last;
	bool is_json;
	struct text out;
	struct json_writer json;
	unsigned known; /* days with a book */
};

/* One line: an entry of a book, or the lack of one. */
struct line {
	struct date day;
	int64_t from_s;
	int64_t to_s;
	const struct daybook_entry *entry; /* NULL: nothing is known */
	uint32_t asn;			   /* 0: the exchange */
};

/* As csv_add_number, of which a year of 1,000 members has eight million. */
static void add_number(struct text *out, double value)
{
	text_add_char(out, ',');
	if (value >= 0 && value < 1e18)
		text_add_u64(out, (uint64_t)(value + 0.5));
}

static const char *name_of(const struct table *t, uint32_t asn)
{
	const struct member *member = registry_member(t->call->registry, asn);

	return asn == 0 ? t->call->config->exchange_name
	       : member ? member->name
			: "";
}

static void add_measures(struct text *out, const struct daybook_entry *e)
{
	char time[UTC_TEXT_SIZE];

	for (int way = 0; way < WAYS; way++)
		add_number(out, e && e->measures[way].known
				    ? e->measures[way].p95 * 8
				    : NAN);
	for (int way = 0; way < WAYS; way++) {
		bool known = e && e->measures[way].known > 0;

		add_number(out, known ? e->measures[way].peak * 8 : NAN);
		text_add_char(out, ',');
		if (known)
			text_add(out,
				 utc_format(e->measures[way].peak_at_s, time));
	}
}

static void add_csv(struct table *t, const struct line *l)
{
	const struct daybook_entry *e = l->entry;
	struct text *out = &t->out;
	char day[DATE_TEXT_SIZE];
	char time[UTC_TEXT_SIZE];

	text_add(out, date_text(day, l->day));
	text_add(out, l->asn ? ",member," : ",exchange,");
	if (l->asn)
		text_add_u64(out, l->asn);
	text_add_char(out, ',');
	csv_add_name(out, name_of(t, l->asn));
	text_add_char(out, ',');
	text_add(out, utc_format(l->from_s, time));
	text_add_char(out, ',');
	text_add(out, utc_format(l->to_s, time));
	add_number(out, (double)(l->to_s - l->from_s) / SPAN_SLOT_S);
	for (size_t way = 0; way < WAYS; way++)
		add_number(out, e ? e->measures[way].known : 0);
	for (size_t way = 0; way < WAYS; way++)
		add_number(out, e ? books_total(e, way) : NAN);
	for (size_t i = 0; i < FAMILIES; i++)
		add_number(out, e ? e->totals[families[i]] : NAN);
	add_measures(out, e);
	text_add(out, "\r\n");
}

static void add_json(struct table *t, const struct line *l)
{
	static const char *const ways[] = { "from_member", "to_member" };
	const struct daybook_entry *e = l->entry;
	struct json_writer *w = &t->json;
	char day[DATE_TEXT_SIZE];

	json_put_object(w, NULL);
	json_put_string(w, "date", date_text(day, l->day));
	json_put_string(w, "kind", l->asn ? "member" : "exchange");
	if (l->asn)
		json_put_u64(w, "asn", l->asn);
	json_put_string(w, "name", name_of(t, l->asn));
	json_put_i64(w, "from", l->from_s);
	json_put_i64(w, "to", l->to_s);
	json_put_u64(w, "slots",
		     (uint64_t)((l->to_s - l->from_s) / SPAN_SLOT_S));
	for (size_t i = 0; i < FAMILIES; i++)
		json_put_double(w, family_names[i],
				e ? e->totals[families[i]] : NAN, 0);
	for (size_t way = 0; way < WAYS; way++) {
		bool known = e && e->measures[way].known > 0;

		json_put_object(w, ways[way]);
		json_put_u64(w, "known", known ? e->measures[way].known : 0);
		json_put_double(w, "bytes", known ? books_total(e, way) : NAN,
				0);
		json_put_double(w, "p95",
				known ? e->measures[way].p95 * 8 : NAN, 0);
		json_put_double(w, "peak",
				known ? e->measures[way].peak * 8 : NAN, 0);
		if (known)
			json_put_i64(w, "peak_at", e->measures[way].peak_at_s);
		json_end_object(w);
	}
	json_end_object(w);
}

static void add_line(struct table *t, const struct line *line)
{
	if (t->is_json)
		add_json(t, line);
	else
		add_csv(t, line);
}

static void add_entry(struct table *t, struct line line,
		      const struct daybook_entry *entry)
{
	line.entry = entry;
	line.asn = entry->series.kind == SERIES_MEMBER ? entry->series.asn : 0;
	add_line(t, &line);
}

/* What was asked for and is not there has a line that says so. */
static void add_absence(struct table *t, struct line *line)
{
	line->entry = NULL;
	line->asn = t->o->asn;
	add_line(t, line);
}

static void add_book(struct table *t, struct line *line,
		     struct daybook_reader *reader)
{
	const struct series wanted = { .kind = t->o->asn ? SERIES_MEMBER
							 : SERIES_EXCHANGE,
				       .asn = t->o->asn };
	struct daybook_entry entry;
	bool found = false;

	line->from_s = reader->head.from_s;
	line->to_s = reader->head.to_s;
	if (!t->o->all) {
		found = daybook_find(reader, &wanted, &entry) == 1;
		if (found)
			add_entry(t, *line, &entry);
	} else {
		while (daybook_next(reader, &entry) == 1 &&
		       entry.series.kind <= SERIES_MEMBER) {
			add_entry(t, *line, &entry);
			found = true;
		}
	}
	if (!found)
		add_absence(t, line);
}

static void add_day(struct table *t, struct date day)
{
	struct line line = { .day = day,
			     .from_s = zone_day_start(day, SPAN_SLOT_S),
			     .to_s = zone_day_start(date_add_days(day, 1),
						    SPAN_SLOT_S) };
	struct daybook book;

	if (line.from_s == line.to_s)
		return; /* the zone left this day out */
	if (books_open(&book, t->call->config->state_dir, DAYBOOK_DAY, day) <
	    0) {
		add_absence(t, &line);
		return;
	}
	add_book(t, &line, &book.reader);
	daybook_fini(&book);
	t->known++;
}

static void add_days(struct table *t)
{
	struct progress progress;
	int32_t count = date_number(t->last) - date_number(t->first) + 1;

	progress_begin(&progress, (size_t)count);
	for (struct date d = t->first; date_compare(d, t->last) <= 0;
	     d = date_add_days(d, 1)) {
		add_day(t, d);
		progress_step(&progress);
	}
	progress_end(&progress);
}

/* From which day to which. @return an exit code */
static int find_days(struct table *t, const struct exchange *exchange)
{
	int most = t->o->all ? DAYS_OF_ALL_MAX : DAYS_MAX;
	struct options last = *t->o;
	struct span span;
	int code;

	last.has_date = t->o->has_until;
	last.date = t->o->until;
	code = run_find_span(&span, exchange, &last, SPAN_DAY);
	if (code != EX_OK)
		return code;
	t->last = span.first;
	t->first = t->o->has_date ? t->o->date
				  : date_add_days(t->last, 1 - DAYS_DEFAULT);
	if (date_compare(t->first, t->last) <= 0 &&
	    date_number(t->last) - date_number(t->first) < most)
		return EX_OK;
	log_error("--date: expected a day up to --until, and no more than %d "
		  "before it",
		  most);
	return EX_USAGE;
}

/* @return an exit code */
static int finish(struct table *t)
{
	char first[DATE_TEXT_SIZE];
	char last[DATE_TEXT_SIZE];
	char who[16] = "exchange";
	char name[NAME_SIZE];
	int rc;

	if (t->is_json) {
		json_end_array(&t->json);
		json_end_object(&t->json);
		text_add_char(&t->out, '\n');
	}
	if (t->known == 0) {
		log_error("there is no book of any of these days");
		return EX_UNAVAILABLE;
	}
	if (t->o->asn)
		(void)snprintf(who, sizeof(who), "AS%u", t->o->asn);
	else if (t->o->all)
		(void)snprintf(who, sizeof(who), "all");
	(void)snprintf(name, sizeof(name), "days-%s-%s-%s.%s",
		       date_text(first, t->first), date_text(last, t->last),
		       who, t->o->format);
	rc = output_put(t->o->out, name, &t->out);
	return run_exit(rc);
}

int run_days(struct exchange *exchange, const struct options *o)
{
	struct table t = { .call = &exchange->call,
			   .o = o,
			   .is_json = strcmp(o->format, "json") == 0 };
	int code = find_days(&t, exchange);

	if (code != EX_OK)
		return code;
	text_init(&t.out);
	if (t.is_json) {
		json_start(&t.json, &t.out);
		json_put_object(&t.json, NULL);
		json_put_u64(&t.json, "version", 1);
		json_put_string(&t.json, "exchange",
				exchange->call.config->exchange_name);
		json_put_string(&t.json, "timezone",
				exchange->call.config->timezone);
		json_put_array(&t.json, "days");
	} else {
		text_add(&t.out, head);
	}
	add_days(&t);
	code = finish(&t);
	text_fini(&t.out);
	return code;
}
