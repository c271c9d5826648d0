/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/billing.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "store/series_list.h"
#include "util/json_write.h"
#include "util/log.h"
#include "util/utc.h"
#include "web/csv.h"
#include "web/ports.h"
#include "web/report/figures.h"
#include "web/report/output.h"
#include "web/report/progress.h"

enum { NAME_SIZE = 64 };

static const char head[] =
    "kind,asn,name,switch,ifindex,from,to,basis,slots,from_member_unknown,"
    "to_member_unknown,provisional,from_member_p95_bps,to_member_p95_bps,"
    "larger,larger_p95_bps,sum_p95_bps\r\n";

/* The bill of a month, as it is written. */
struct bill {
	struct exchange *exchange;
	uint32_t asn; /* of this member alone; 0: all */
	struct progress progress;
	unsigned unreadable; /* files that are damaged */
	unsigned booked;     /* lines that are not of rows any more */
	struct books books;
	bool is_json;
	struct text out;
	struct json_writer json;
	unsigned lines;
	int rc;
};

/* Something that is billed. */
struct item {
	const char *kind; /* "member", "port", "lag" */
	const struct subject *subject;
	const char *name;
	const uint32_t *asns; /* whose */
	size_t asn_count;
};

static const char *const ways[] = { "from_member", "to_member" };

static void add_csv(struct bill *b, const struct item *item,
		    const struct figures *f)
{
	const struct series *s = &item->subject->series;
	struct text *out = &b->out;
	char from[UTC_TEXT_SIZE];
	char to[UTC_TEXT_SIZE];
	enum way larger;
	double p95 = figures_larger_p95(f, &larger);

	text_addf(out, "%s,", item->kind);
	for (size_t i = 0; i < item->asn_count; i++)
		text_addf(out, "%s%u", i ? " " : "", item->asns[i]);
	text_add_char(out, ',');
	csv_add_name(out, item->name);
	text_add_char(out, ',');
	if (s->kind == SERIES_PORT) {
		csv_add_field(out, s->switch_name);
		text_addf(out, ",%u", s->ifindex);
	} else {
		text_add_char(out, ',');
	}
	text_addf(out, ",%s,%s,%s,%zu", utc_format(b->books.span.from_s, from),
		  utc_format(b->books.span.to_s, to),
		  f->is_exact ? "counters" : "samples", f->rows);
	for (int way = 0; way < WAY_COUNT; way++)
		text_addf(out, ",%zu", f->rows - f->known[way]);
	text_addf(out, ",%s", figures_are_provisional(f) ? "yes" : "no");
	for (int way = 0; way < WAY_COUNT; way++)
		csv_add_number(out, f->p95[way] * 8);
	text_addf(out, ",%s", isnan(p95) ? "" : ways[larger]);
	csv_add_number(out, p95 * 8);
	csv_add_number(out, f->p95_sum * 8);
	text_add(out, "\r\n");
}

static void add_gaps(struct json_writer *w, const struct view *view)
{
	struct figures_gap gaps[64];
	size_t count = figures_gaps(gaps, 64, view);

	json_put_u64(w, "gap_count", count);
	json_put_array(w, "gaps");
	for (size_t i = 0; i < count && i < 64; i++) {
		json_put_object(w, NULL);
		json_put_i64(w, "from", gaps[i].from_s);
		json_put_i64(w, "to", gaps[i].to_s);
		json_end_object(w);
	}
	json_end_array(w);
}

static void add_json(struct bill *b, const struct item *item,
		     const struct figures *f, const struct view *view)
{
	const struct series *s = &item->subject->series;
	struct json_writer *w = &b->json;
	enum way larger;
	double p95 = figures_larger_p95(f, &larger);

	json_put_object(w, NULL);
	json_put_string(w, "kind", item->kind);
	json_put_array(w, "asns");
	for (size_t i = 0; i < item->asn_count; i++)
		json_put_u64(w, NULL, item->asns[i]);
	json_end_array(w);
	json_put_string(w, "name", item->name);
	if (s->kind == SERIES_PORT) {
		json_put_string(w, "switch", s->switch_name);
		json_put_u64(w, "ifindex", s->ifindex);
	}
	json_put_string(w, "basis", f->is_exact ? "counters" : "samples");
	json_put_u64(w, "slots", f->rows);
	json_put_u64(w, "slot_seconds", f->row_s);
	json_put_bool(w, "provisional", figures_are_provisional(f));
	for (int way = 0; way < WAY_COUNT; way++) {
		json_put_object(w, ways[way]);
		json_put_u64(w, "unknown", f->rows - f->known[way]);
		json_put_double(w, "p95", f->p95[way] * 8, 0);
		json_end_object(w);
	}
	if (isnan(p95))
		json_put_null(w, "larger");
	else
		json_put_string(w, "larger", ways[larger]);
	json_put_double(w, "larger_p95", p95 * 8, 0);
	json_put_double(w, "sum_p95", f->p95_sum * 8, 0);
	add_gaps(w, view);
	json_end_object(w);
}

static void add_item(struct bill *b, const struct item *item,
		     struct validity holds)
{
	const struct figures_request request = {
		.call = &b->exchange->call,
		.subject = item->subject,
		.books = &b->books,
		.holds = holds,
	};
	struct figures f;
	struct view view;
	int rc = figures_load(&f, &request, &view);

	/* One damaged file leaves the others' bills as they are. */
	if (rc < 0) {
		b->unreadable += rc != -ENOMEM;
		b->rc = rc == -ENOMEM ? rc : b->rc;
		return;
	}
	if (f.known[WAY_FROM] + f.known[WAY_TO] > 0) {
		if (b->is_json)
			add_json(b, item, &f, &view);
		else
			add_csv(b, item, &f);
		b->lines++;
		b->booked += f.is_booked;
	}
	view_fini(&view);
}

static void add_subject(struct bill *b, struct subject *subject,
			const char *name)
{
	struct item item = { .kind = "member",
			     .subject = subject,
			     .name = name,
			     .asns = &subject->series.asn,
			     .asn_count = 1 };

	add_item(b, &item, (struct validity){ 0, 0 });
	subject_fini(subject);
}

/* Members, and who was one and left something in the month. */
static void add_members(struct bill *b)
{
	const struct call *call = &b->exchange->call;
	const struct registry *registry = call->registry;
	struct series_set former = { .items = NULL };
	struct subject subject;

	for (uint32_t i = 0; b->rc == 0 && i < registry->member_count; i++) {
		const struct member *member = &registry->members[i];

		if (b->asn && b->asn != member->asn)
			continue;
		subject_of_member(&subject, NULL, member);
		add_subject(b, &subject, member->name);
		progress_step(&b->progress);
	}
	if (b->rc == 0)
		b->rc = series_set_add_kind(&former, call->config->state_dir,
					    SERIES_MEMBER);
	series_set_sort(&former);
	for (size_t i = 0; b->rc == 0 && i < former.count; i++) {
		uint32_t asn = former.items[i].asn;

		if ((b->asn == 0 || b->asn == asn) &&
		    subject_of_former(&subject, call, asn))
			add_subject(b, &subject, text_str(&subject.title));
	}
	series_set_fini(&former);
}

/* A port as those had it who held it for a time. */
static void add_port(struct bill *b, const struct port_row *row,
		     const struct port *port)
{
	const struct registry *registry = b->exchange->call.registry;
	const struct config_port *config = port ? port->config : NULL;
	struct series series = ports_series(&b->exchange->call, row);
	uint32_t count = port ? port->member_count : 0;
	uint32_t *asns = calloc(count + 1, sizeof(*asns));
	struct subject subject;
	struct item item = { .kind = config && config->lag_count > 0 ? "lag"
								     : "port",
			     .subject = &subject,
			     .name = row->name,
			     .asns = asns,
			     .asn_count = count };

	if (!asns) {
		b->rc = -ENOMEM;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		asns[i] = registry->members[port->members[i]].asn;
	subject_of_port(&subject, NULL, &series, row->name, "");
	add_item(b, &item, port ? port->holds : (struct validity){ 0, 0 });
	subject_fini(&subject);
	free(asns);
}

static bool is_billed(const struct bill *b, const struct port *port)
{
	const struct registry *registry = b->exchange->call.registry;
	const struct validity month = { b->books.span.from_s,
					b->books.span.to_s };

	if (port->core || !validity_overlaps(port->holds, month))
		return false;
	for (uint32_t i = 0; i < port->member_count; i++) {
		if (registry->members[port->members[i]].asn == b->asn)
			return true;
	}
	return b->asn == 0;
}

/* All that the configuration says of it for any part of the month. */
static void add_holders(struct bill *b, const struct port_row *row)
{
	const struct registry *registry = b->exchange->call.registry;
	bool is_configured = false;

	for (uint32_t i = 0; b->rc == 0 && i < registry->all_port_count; i++) {
		const struct port *port = &registry->ports[i];

		if (!port->config || port->switch_index != row->switch_index ||
		    port->ifindex != row->ifindex)
			continue;
		is_configured = true;
		if (is_billed(b, port))
			add_port(b, row, port);
	}
	if (!is_configured && b->asn == 0)
		add_port(b, row, NULL);
}

static void add_all(struct bill *b)
{
	struct port_row *ports;
	size_t count;

	b->rc = ports_list(&ports, &count, &b->exchange->call);
	if (b->rc < 0)
		return;
	progress_begin(&b->progress,
		       b->exchange->call.registry->member_count + count);
	add_members(b);
	for (size_t i = 0; b->rc == 0 && i < count; i++) {
		add_holders(b, &ports[i]);
		progress_step(&b->progress);
	}
	progress_end(&b->progress);
	free(ports);
}

static void begin(struct bill *b)
{
	const struct config *config = b->exchange->call.config;
	const struct span *span = &b->books.span;

	text_init(&b->out);
	if (!b->is_json) {
		text_add(&b->out, head);
		return;
	}
	json_start(&b->json, &b->out);
	json_put_object(&b->json, NULL);
	json_put_u64(&b->json, "version", 1);
	json_put_string(&b->json, "exchange", config->exchange_name);
	json_put_string(&b->json, "month", span->name);
	json_put_string(&b->json, "timezone", config->timezone);
	json_put_i64(&b->json, "from", span->from_s);
	json_put_i64(&b->json, "to", span->to_s);
	json_put_string(&b->json, "unit", "bit/s");
	json_put_array(&b->json, "items");
}

/* @return an exit code */
static int finish(struct bill *b, const struct options *o)
{
	char name[NAME_SIZE];
	char who[16] = "";

	if (b->is_json) {
		json_end_array(&b->json);
		json_end_object(&b->json);
		text_add_char(&b->out, '\n');
	}
	if (b->rc == 0 && b->lines == 0 && b->unreadable == 0) {
		log_error("%s: there is no data at all", b->books.span.name);
		return EX_UNAVAILABLE;
	}
	if (b->asn)
		(void)snprintf(who, sizeof(who), "-AS%u", b->asn);
	(void)snprintf(name, sizeof(name), "billing-%s%s.%s",
		       b->books.span.name, who, o->format);
	/* What was made while there were rows is better. */
	if (b->rc == 0 && (b->booked == 0 || !output_exists(o->out, name)))
		b->rc = output_put(o->out, name, &b->out);
	return b->rc == 0 && b->unreadable ? EX_DATAERR : run_exit(b->rc);
}

/* Also who is none any more. @return an exit code */
static int find_member(const struct exchange *exchange, uint32_t asn)
{
	const struct series series = { .kind = SERIES_MEMBER, .asn = asn };

	if (asn == 0 || registry_member(exchange->call.registry, asn) ||
	    traffic_has_file(exchange->call.config->state_dir, &series))
		return EX_OK;
	log_error("--asn: AS%u is no member, and never was", asn);
	return EX_USAGE;
}

int run_billing(struct exchange *exchange, const struct options *o)
{
	struct bill b = { .exchange = exchange,
			  .asn = o->asn,
			  .is_json = strcmp(o->format, "json") == 0 };
	struct span span;
	int code = run_find_span(&span, exchange, o, SPAN_MONTH);

	if (code == EX_OK)
		code = find_member(exchange, o->asn);
	if (code != EX_OK)
		return code;
	exchange->call.now_s = span.to_s;
	code = exchange_as_of(exchange, span.to_s - 1);
	if (code != EX_OK)
		return code;
	if (books_load(&b.books, exchange->call.config->state_dir, &span) < 0)
		return EX_OSERR;
	begin(&b);
	add_all(&b);
	code = finish(&b, o);
	text_fini(&b.out);
	books_fini(&b.books);
	return code;
}
