/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/findings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/station_day_file.h"
#include "util/err.h"
#include "util/log.h"
#include "web/report/books.h"

/* @return 0 or -ENOMEM */
static int read_days(struct findings *f, const char *state_dir,
		     struct date from, struct date end)
{
	size_t most = (size_t)(date_number(end) - date_number(from));
	char name[DATE_TEXT_SIZE];

	f->kept = calloc(most + 1, sizeof(*f->kept));
	if (!f->kept)
		return -ENOMEM;
	for (struct date d = from; date_compare(d, end) < 0;
	     d = date_add_days(d, 1)) {
		int rc =
		    station_day_read(&f->kept[f->kept_count], state_dir, d);

		if (rc == 0)
			f->kept_count++;
		else if (rc == -ENOMEM)
			return rc;
		else if (rc != ERR_NOT_FOUND)
			log_warning("stations of %s: %s", date_text(name, d),
				    err_str(rc));
	}
	return 0;
}

/* A day's findings, by those of the days that were read before it that are not
 * too old: so they are the same in the report of a day and of a month. */
static int compare_day(struct findings *f, size_t at)
{
	const struct station_day *before[FINDINGS_DAYS_BEFORE];
	const struct station_day *day = &f->kept[at];
	struct findings_day *to = &f->days[f->day_count];
	size_t count = 0;
	int rc;

	for (size_t i = at; i-- > 0 && count < FINDINGS_DAYS_BEFORE;) {
		if (date_number(day->date) - date_number(f->kept[i].date) <=
		    FINDINGS_DAYS_BEFORE)
			before[count++] = &f->kept[i];
	}
	to->date = day->date;
	rc = station_day_compare(&to->changes, day, before, count);
	if (rc < 0)
		return rc;
	f->day_count++;
	f->comparable += to->changes.comparable;
	for (int change = 0; change < STATION_CHANGE_COUNT; change++)
		f->counts[change] += to->changes.counts[change];
	return 0;
}

static int compare_days(struct findings *f, const struct span *span)
{
	int rc = 0;

	f->days = calloc(span_days(span) + 1, sizeof(*f->days));
	if (!f->days)
		return -ENOMEM;
	for (size_t i = 0; rc == 0 && i < f->kept_count; i++) {
		if (date_compare(f->kept[i].date, span->first) >= 0)
			rc = compare_day(f, i);
	}
	return rc;
}

static int read_sources(struct findings *f, const char *state_dir,
			const struct span *span)
{
	struct daybook book;

	for (struct date d = span->first; date_compare(d, span->end) < 0;
	     d = date_add_days(d, 1)) {
		int rc = books_open(&book, state_dir, DAYBOOK_DAY, d);

		if (rc == -ENOMEM)
			return rc;
		if (rc < 0)
			continue;
		rc = source_days_add(&f->sources, &book.reader);
		daybook_fini(&book);
		if (rc == -ENOMEM)
			return rc;
	}
	return 0;
}

int findings_load(struct findings *out, const char *state_dir,
		  const struct span *span)
{
	struct findings f = { .kept = NULL };
	int rc = read_days(&f, state_dir,
			   date_add_days(span->first, -FINDINGS_DAYS_BEFORE),
			   span->end);

	if (rc == 0)
		rc = compare_days(&f, span);
	if (rc == 0)
		rc = read_sources(&f, state_dir, span);
	if (rc < 0)
		findings_fini(&f);
	else
		*out = f;
	return rc;
}

void findings_fini(struct findings *findings)
{
	for (size_t i = 0; i < findings->day_count; i++)
		station_changes_fini(&findings->days[i].changes);
	for (size_t i = 0; i < findings->kept_count; i++)
		station_day_fini(&findings->kept[i]);
	free(findings->days);
	free(findings->kept);
	source_days_fini(&findings->sources);
	*findings = (struct findings){ .kept = NULL };
}

const struct station_entry *findings_entry(const struct station_finding *f)
{
	return f->now ? f->now : f->before;
}

size_t findings_count(const struct findings *findings, uint32_t asn)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->day_count; i++) {
		const struct station_changes *c = &findings->days[i].changes;

		for (size_t k = 0; k < c->count; k++)
			count +=
			    asn == 0 || findings_entry(&c->all[k])->asn == asn;
	}
	return count;
}

const struct source_port *findings_port(const struct findings *findings,
					const char *switch_name,
					uint32_t ifindex)
{
	for (size_t i = 0; i < findings->sources.port_count; i++) {
		const struct source_port *p = &findings->sources.ports[i];

		if (p->ifindex == ifindex &&
		    strcmp(p->switch_name, switch_name) == 0)
			return p;
	}
	return NULL;
}
