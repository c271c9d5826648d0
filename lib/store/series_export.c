/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/series_export.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/rrd_image.h"
#include "store/rrd_read.h"
#include "store/series_parse.h"
#include "util/err.h"
#include "util/log.h"
#include "util/utc.h"

/* A file, and its archives of one consolidation from short to long rows. */
struct exporting {
	const struct series_export *request;
	const struct series *series;
	struct text *out;
	struct rrd_image image;
	size_t levels[SERIES_ARCHIVES_MAX];
	size_t level_count;
	char name[SERIES_FILE_SIZE];
};

static const struct series_archive *archive_at(const struct exporting *e,
					       size_t level)
{
	return &e->image.layout->archives[e->levels[level]];
}

/* Whether a kind's columns come with an earlier kind's. */
static bool is_alike_before(const struct series_export *request, int kind)
{
	for (int before = 0; before < kind; before++) {
		if (request->kinds & 1u << before &&
		    series_layout((enum series_kind)before) ==
			series_layout((enum series_kind)kind))
			return true;
	}
	return false;
}

/* The next kind from *kind on that has columns of its own; NULL: none. */
static const struct series_layout *
next_layout(const struct series_export *request, int *kind)
{
	for (; *kind < SERIES_KIND_COUNT; ++*kind) {
		if (request->kinds & 1u << *kind &&
		    !is_alike_before(request, *kind))
			return series_layout((enum series_kind)(*kind)++);
	}
	return NULL;
}

void series_export_head(struct text *out, const struct series_export *request)
{
	const struct series_layout *layout;
	int kind = 0;

	if (request->format != SERIES_CSV)
		return;
	text_add(out, "series,time,seconds,consolidation");
	while ((layout = next_layout(request, &kind))) {
		for (size_t c = 0; c < layout->column_count; c++)
			text_addf(out, ",%s", layout->columns[c]);
	}
	text_add(out, "\r\n");
}

/* The shortest text that reads back to the same number. */
static void add_number(struct text *out, double value)
{
	static const double whole_max = 9007199254740992.0; /* 2^53 */
	char digits[40];

	if (value <= whole_max && value == floor(value)) {
		text_add_u64(out, (uint64_t)value);
		return;
	}
	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(digits, sizeof(digits), "%.*g", precision,
			       value);
		if (strtod(digits, NULL) == value)
			break;
	}
	text_add(out, digits);
}

static const char *word_of(const struct exporting *e)
{
	return e->request->consolidation == CONSOLIDATION_AVERAGE ? "average"
								  : "maximum";
}

static void add_csv(const struct exporting *e, const char *when, uint32_t row_s,
		    const double *values)
{
	const struct series_layout *layout;
	int kind = 0;

	text_addf(e->out, "%s,%s,%" PRIu32 ",%s", e->name, when, row_s,
		  word_of(e));
	while ((layout = next_layout(e->request, &kind))) {
		for (size_t c = 0; c < layout->column_count; c++) {
			text_add_char(e->out, ',');
			if (layout == e->image.layout && !isnan(values[c]))
				add_number(e->out, values[c]);
		}
	}
	text_add(e->out, "\r\n");
}

/* Names of series and columns need no escaping. */
static void add_json(const struct exporting *e, const char *when,
		     uint32_t row_s, const double *values)
{
	const struct series_layout *layout = e->image.layout;

	text_addf(e->out,
		  "{\"series\":\"%s\",\"time\":\"%s\",\"seconds\":%" PRIu32
		  ",\"consolidation\":\"%s\"",
		  e->name, when, row_s, word_of(e));
	for (size_t c = 0; c < layout->column_count; c++) {
		text_addf(e->out, ",\"%s\":", layout->columns[c]);
		if (isnan(values[c]))
			text_add(e->out, "null");
		else
			add_number(e->out, values[c]);
	}
	text_add(e->out, "}\n");
}

static void add_row(const struct exporting *e, size_t level, int64_t start_s)
{
	const double *values =
	    rrd_image_row(&e->image, e->levels[level], start_s);
	uint32_t row_s = archive_at(e, level)->row_s;
	char when[UTC_TEXT_SIZE];

	if (!values || start_s < e->request->from_s ||
	    start_s >= e->request->to_s)
		return;
	(void)utc_format(start_s, when);
	if (e->request->format == SERIES_CSV)
		add_csv(e, when, row_s, values);
	else
		add_json(e, when, row_s, values);
}

static bool knows(const struct exporting *e, size_t level, int64_t start_s)
{
	const double *values =
	    rrd_image_row(&e->image, e->levels[level], start_s);

	for (size_t c = 0; values && c < e->image.layout->column_count; c++) {
		if (!isnan(values[c]))
			return true;
	}
	return false;
}

/* How many seconds of [start_s, end_s) the rows of a level know. */
static int64_t known_s(const struct exporting *e, size_t level, int64_t start_s,
		       int64_t end_s)
{
	uint32_t row_s = archive_at(e, level)->row_s;
	int64_t oldest_s = rrd_image_start(&e->image, e->levels[level]);
	int64_t known = 0;

	if (start_s < oldest_s)
		start_s = oldest_s;
	for (int64_t at = start_s; at < end_s; at += row_s)
		known += knows(e, level, at) ? row_s : 0;
	return known;
}

/* Whether shorter rows know this one's time better: more of it than this row
 * has to be made of, or anything where it knows nothing. */
static bool is_better_short(const struct exporting *e, size_t level,
			    int64_t start_s)
{
	uint32_t row_s = archive_at(e, level)->row_s;
	bool known = knows(e, level, start_s);

	for (size_t below = 0; below < level; below++) {
		int64_t s = known_s(e, below, start_s, start_s + row_s);

		if (s > 0 && (!known || 2 * s >= row_s))
			return true;
	}
	return false;
}

/* The length of the longest row below a level that covers a moment and knows a
 * column then; 0: none does. */
static uint32_t covers(const struct exporting *e, size_t level, int64_t at_s,
		       size_t column)
{
	while (level-- > 0) {
		uint32_t row_s = archive_at(e, level)->row_s;
		const double *values = rrd_image_row(
		    &e->image, e->levels[level], at_s - at_s % row_s);

		if (values && !isnan(values[column]))
			return row_s;
	}
	return 0;
}

/* Whether shorter rows know all that a row knows, so that it can be made of
 * them again. */
static bool is_covered(const struct exporting *e, size_t level, int64_t start_s)
{
	const double *values =
	    rrd_image_row(&e->image, e->levels[level], start_s);
	int64_t end_s = start_s + archive_at(e, level)->row_s;

	for (size_t c = 0; values && c < e->image.layout->column_count; c++) {
		int64_t at_s = start_s;
		uint32_t row_s = 1;

		while (!isnan(values[c]) && row_s > 0 && at_s < end_s) {
			row_s = covers(e, level, at_s, c);
			if (row_s > 0)
				at_s += row_s - at_s % row_s;
		}
		if (row_s == 0)
			return false;
	}
	return true;
}

/* Print the rows of a time: the longest that begins there, or shorter ones if
 * these know better; of a longer one that they do not cover both.
 * @return the length of the shortest that was printed */
static uint32_t add_rows_at(const struct exporting *e, int64_t at_s)
{
	size_t level = e->level_count - 1;

	while (level > 0 && at_s % archive_at(e, level)->row_s != 0)
		level--;
	for (; level > 0 && is_better_short(e, level, at_s); level--) {
		if (!is_covered(e, level, at_s))
			add_row(e, level, at_s);
	}
	add_row(e, level, at_s);
	return archive_at(e, level)->row_s;
}

/* When the first known row of any level begins; INT64_MAX: there is none. */
static int64_t first_known(const struct exporting *e)
{
	int64_t first_s = INT64_MAX;

	for (size_t level = 0; level < e->level_count; level++) {
		int64_t at = rrd_image_start(&e->image, e->levels[level]);
		int64_t end_s = rrd_image_end(&e->image, e->levels[level]);

		while (at < end_s && !knows(e, level, at))
			at += archive_at(e, level)->row_s;
		if (at < end_s && at < first_s)
			first_s = at;
	}
	return first_s;
}

static void add_rows(const struct exporting *e)
{
	int64_t at_s = first_known(e);
	int64_t end_s = e->image.header.last_s;

	if (at_s == INT64_MAX)
		return;
	at_s -= at_s % archive_at(e, e->level_count - 1)->row_s;
	while (at_s < end_s && text_ok(e->out))
		at_s += add_rows_at(e, at_s);
}

static int choose_archives(struct exporting *e)
{
	const struct series_layout *layout = e->image.layout;

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];

		if (a->consolidation == e->request->consolidation &&
		    (e->request->row_s == 0 || a->row_s == e->request->row_s))
			e->levels[e->level_count++] = i;
	}
	return e->level_count > 0 ? 0 : ERR_UNSUPPORTED;
}

int series_export_rows(struct text *out, const char *state_dir,
		       const struct series *series,
		       const struct series_export *request)
{
	struct exporting e = {
		.request = request,
		.series = series,
		.out = out,
		.image = { .layout = series_layout(series->kind) },
	};
	struct rrd_progress progress;
	const char *fault = NULL;
	struct text bytes;
	int rc = series_print(e.name, series);

	text_init(&bytes);
	if (rc == 0)
		rc = choose_archives(&e);
	if (rc == 0)
		rc = series_read_whole(&bytes, state_dir, series);
	if (rc == 0) {
		e.image.bytes = (uint8_t *)bytes.data;
		fault = rrd_header_check(e.image.bytes, e.image.layout,
					 &e.image.header, &progress);
	}
	if (fault) {
		log_error("store: file refused: %s: %s", e.name, fault);
		rc = ERR_STORE;
	}
	if (rc == 0)
		add_rows(&e);
	text_fini(&bytes);
	return rc < 0 || text_ok(out) ? rc : -ENOMEM;
}
