/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "util/err.h"
#include "util/zone.h"
#include "web/access.h"
#include "web/port_counts.h"

int report_basis_load(struct report_basis *out, const struct call *call,
		      const struct span *span, bool with_pairs)
{
	const char *state_dir = call->config->state_dir;
	struct report_basis b = { .call = call, .span = *span };
	int rc = books_load(&b.books, state_dir, span);

	b.threshold = call->config->reports.threshold / 100.0;
	if (rc == 0)
		rc = history_load(&b.history, state_dir, span);
	if (rc == 0)
		rc = records_load(&b.records, state_dir, span);
	if (rc == 0 && with_pairs)
		rc = pair_sums_load(&b.pairs, state_dir, span);
	if (rc == 0)
		rc = series_set_add_kind(&b.former, state_dir, SERIES_MEMBER);
	if (rc == 0)
		rc = findings_load(&b.findings, state_dir, span);
	if (rc == 0)
		rc = ports_list(&b.ports, &b.port_count, call);
	if (rc < 0)
		report_basis_fini(&b);
	else
		*out = b;
	return rc;
}

void report_basis_fini(struct report_basis *basis)
{
	books_fini(&basis->books);
	history_fini(&basis->history);
	records_fini(&basis->records);
	pair_sums_fini(&basis->pairs);
	findings_fini(&basis->findings);
	series_set_fini(&basis->former);
	free(basis->ports);
	basis->ports = NULL;
}

static bool is_known(const struct figures *f)
{
	return f->known[WAY_FROM] > 0 || f->known[WAY_TO] > 0;
}

static double both(const struct figures *f)
{
	double from = f->bytes[WAY_FROM][BAND_TOTAL];
	double to = f->bytes[WAY_TO][BAND_TOTAL];

	return (isnan(from) ? 0 : from) + (isnan(to) ? 0 : to);
}

static int by_size(const void *a, const void *b)
{
	const struct report_line *x = a;
	const struct report_line *y = b;
	double of_x = both(&x->figures);
	double of_y = both(&y->figures);

	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	return (x->subject.series.asn > y->subject.series.asn) -
	       (x->subject.series.asn < y->subject.series.asn);
}

/* Work out the line whose subject was made; its place is taken if anything is
 * known of it. */
static int finish_line(struct report *r, struct report_line *line,
		       size_t *count)
{
	const struct figures_request request = { .call = &r->call,
						 .subject = &line->subject,
						 .books = &r->basis->books };
	int rc = figures_load(&line->figures, &request, NULL);

	if (rc == 0 && is_known(&line->figures))
		*count += 1;
	else
		subject_fini(&line->subject);
	if (rc < 0 && rc != -ENOMEM)
		r->unreadable++;
	return rc == -ENOMEM ? rc : 0;
}

/* Members, and those who are none any more but have left something. */
static int load_members(struct report *r)
{
	const struct registry *registry = r->call.registry;
	const struct series_set *former = &r->basis->former;
	int rc = 0;

	r->lines = calloc(registry->member_count + former->count + 1,
			  sizeof(*r->lines));
	if (!r->lines)
		return -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < registry->member_count; i++) {
		struct report_line *line = &r->lines[r->line_count];

		line->member = &registry->members[i];
		subject_of_member(&line->subject, r->call.language,
				  line->member);
		rc = finish_line(r, line, &r->line_count);
	}
	for (size_t i = 0; rc == 0 && i < former->count; i++) {
		struct report_line *line = &r->lines[r->line_count];

		line->member = NULL;
		if (subject_of_former(&line->subject, &r->call,
				      former->items[i].asn))
			rc = finish_line(r, line, &r->line_count);
	}
	qsort(r->lines, r->line_count, sizeof(*r->lines), by_size);
	return rc;
}

static int load_groups(struct report *r)
{
	const struct registry *registry = r->call.registry;
	const struct config *config = r->call.config;
	size_t most = registry->vlan_count + config->switch_count;
	int rc = 0;

	r->groups = calloc(most + 1, sizeof(*r->groups));
	if (!r->groups)
		return -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < registry->vlan_count; i++) {
		struct report_line *line = &r->groups[r->group_count];

		subject_of_vlan(&line->subject, r->call.language,
				&registry->vlans[i]);
		rc = finish_line(r, line, &r->group_count);
	}
	for (size_t i = 0; rc == 0 && i < config->switch_count; i++) {
		struct report_line *line = &r->groups[r->group_count];

		subject_of_switch(&line->subject, r->call.language,
				  config->switches[i].name);
		rc = finish_line(r, line, &r->group_count);
	}
	return rc;
}

/* A member with one VLAN interface is that interface. */
static int load_interfaces(struct report *r)
{
	const struct registry *registry = r->call.registry;
	uint32_t index = (uint32_t)(r->member - registry->members);
	int rc = 0;

	if (r->member->interface_count < 2)
		return 0;
	r->lines = calloc(r->member->interface_count + 1, sizeof(*r->lines));
	if (!r->lines)
		return -ENOMEM;
	for (uint32_t i = 1; rc == 0 && i < registry->interface_count; i++) {
		const struct vlan_interface *interface =
		    &registry->interfaces[i];
		struct report_line *line = &r->lines[r->line_count];

		if (interface->member != index || interface->vlan == 0)
			continue;
		line->member = r->member;
		subject_of_interface(&line->subject, r->call.language,
				     r->member, interface);
		rc = finish_line(r, line, &r->line_count);
	}
	return rc;
}

/* What its counters of packets came to. */
static void count_packets(const struct report *r, struct report_port *port)
{
	static const enum series_port errors[] = { PORT_IN_ERRORS,
						   PORT_OUT_ERRORS };
	static const enum series_port discards[] = { PORT_IN_DISCARDS,
						     PORT_OUT_DISCARDS };
	const struct daybook_entry *entry =
	    books_find(&r->basis->books, &port->subject.series);
	const struct period period = figures_period(&r->basis->span);
	struct port_counts counts;
	bool counted =
	    !entry && port_counts_load(&counts, &r->call, &port->subject.series,
				       &period) == 0;

	for (int way = 0; way < WAY_COUNT; way++) {
		port->errors[way] = entry     ? entry->totals[errors[way]]
				    : counted ? counts.of[errors[way]].total
					      : NAN;
		port->discards[way] = entry	? entry->totals[discards[way]]
				      : counted ? counts.of[discards[way]].total
						: NAN;
	}
}

static int load_port(struct report *r, const struct port_row *row)
{
	struct report_port *port = &r->ports[r->port_count];
	struct series series = ports_series(&r->call, row);
	struct text owner;
	int rc;

	port->row = row;
	text_init(&owner);
	owner.language = r->call.language;
	ports_add_owner(&owner, &r->call, row);
	subject_of_port(&port->subject, r->call.language, &series, row->name,
			text_str(&owner));
	text_fini(&owner);
	rc = figures_load(&port->figures,
			  &(struct figures_request){
			      .call = &r->call,
			      .subject = &port->subject,
			      .books = &r->basis->books,
			      .holds = r->member ? row->port->holds
						 : (struct validity){ 0, 0 },
			  },
			  &port->view);
	if (rc < 0 || !is_known(&port->figures)) {
		subject_fini(&port->subject);
		if (rc == 0)
			view_fini(&port->view);
		if (rc < 0 && rc != -ENOMEM)
			r->unreadable++;
		return rc == -ENOMEM ? rc : 0;
	}
	r->port_count++;
	for (int way = 0; way < WAY_COUNT; way++) {
		port->use[way] = port->figures.peak[way] * 8 / row->speed_bps;
		port->is_over |= port->use[way] >= r->basis->threshold;
	}
	port->has_view = port->is_over;
	if (!port->is_over)
		view_fini(&port->view);
	count_packets(r, port);
	return 0;
}

static int load_ports(struct report *r)
{
	const struct registry *registry = r->call.registry;
	uint32_t index =
	    r->member ? (uint32_t)(r->member - registry->members) : 0;
	int rc = 0;

	r->ports = calloc(r->basis->port_count + 1, sizeof(*r->ports));
	if (!r->ports)
		return -ENOMEM;
	for (size_t i = 0; rc == 0 && i < r->basis->port_count; i++) {
		const struct port_row *row = &r->basis->ports[i];

		if (r->member &&
		    (!row->port || !port_has_member(row->port, index)))
			continue;
		if (access_port(&r->call, row))
			rc = load_port(r, row);
		else
			r->ports_hidden++;
	}
	return rc;
}

static int load_parts(struct report *r)
{
	int rc = r->member ? load_interfaces(r) : load_members(r);

	if (rc == 0 && !r->member)
		rc = load_groups(r);
	if (rc == 0)
		rc = load_ports(r);
	if (r->member && access_peers(&r->call, r->member->asn))
		r->peers = pair_sums_of(&r->basis->pairs, r->member->asn,
					&r->peer_count);
	return rc;
}

/* Whether any row of a stretch is known. */
static bool any_known(const struct view *v, int64_t from_s, int64_t to_s)
{
	const struct traffic *t = &v->traffic;

	for (size_t row = 0; row < t->rows; row++) {
		int64_t at_s = t->from_s + (int64_t)row * t->row_s;

		if (at_s + t->row_s <= from_s || at_s >= to_s)
			continue;
		for (int way = 0; way < WAY_COUNT; way++) {
			if (!isnan(traffic_column(t, (enum way)way,
						  BAND_TOTAL)[row]))
				return true;
		}
	}
	return false;
}

/* Days without a book may have rows: of a day that was closed before there were
 * books, or whose book is damaged. */
static void find_missing(struct report *r)
{
	const struct books *b = &r->basis->books;

	for (unsigned i = 0; i < b->missing_count; i++) {
		struct date day = b->missing[i];

		if (!any_known(
			&r->view, zone_day_start(day, SPAN_SLOT_S),
			zone_day_start(date_add_days(day, 1), SPAN_SLOT_S)))
			r->missing[r->missing_count++] = day;
	}
}

static void set_reader(struct report *r)
{
	r->reader = (struct principal){ .role = ROLE_AUDITOR };
	if (r->member)
		r->reader = (struct principal){ .role = ROLE_MEMBER,
						.asns = { r->member->asn },
						.asn_count = 1 };
	r->call.principal = &r->reader;
	r->call.is_open = false;
}

int report_load(struct report *out, const struct report_basis *basis,
		const struct member *member, const struct language *language)
{
	int rc;

	*out = (struct report){ .basis = basis,
				.member = member,
				.call = *basis->call };
	out->call.language = language;
	set_reader(out);
	if (member)
		subject_of_member(&out->subject, language, member);
	else
		subject_of_exchange(&out->subject, language);
	rc = figures_load(&out->total,
			  &(struct figures_request){ .call = &out->call,
						     .subject = &out->subject,
						     .books = &basis->books },
			  &out->view);
	if (rc < 0) {
		subject_fini(&out->subject);
		return rc;
	}
	if (!is_known(&out->total))
		rc = ERR_NOT_FOUND;
	for (int way = 0; way < WAY_COUNT; way++)
		history_compare(&out->usual[way], &basis->history,
				&basis->books, &out->subject.series,
				(size_t)way);
	out->broken = records_broken(&basis->records, member ? member->asn : 0);
	find_missing(out);
	out->gap_count = figures_gaps(out->gaps, REPORT_GAPS_MAX, &out->view);
	if (rc == 0)
		rc = load_parts(out);
	if (rc < 0)
		report_fini(out);
	return rc;
}

static void free_lines(struct report_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		subject_fini(&lines[i].subject);
	free(lines);
}

void report_fini(struct report *report)
{
	for (size_t i = 0; i < report->port_count; i++) {
		if (report->ports[i].has_view)
			view_fini(&report->ports[i].view);
		subject_fini(&report->ports[i].subject);
	}
	free(report->ports);
	free_lines(report->lines, report->line_count);
	free_lines(report->groups, report->group_count);
	view_fini(&report->view);
	subject_fini(&report->subject);
}
