/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * librrd takes rows through a callback where a DEF's file begins with "cb//".
 * It exports the function that sets the callback, and no header declares it;
 * it has been the same since 1.5. What is set is for the whole process.
 */
#include "store/render.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <rrd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/log.h"

enum {
	ARGUMENTS_MAX = 64 + 3 * RENDER_CURVES_MAX + 2 * RENDER_RULES_MAX +
			RENDER_NOTES_MAX,
	COLUMN_NAME_SIZE = 16,
	LINE_TENTHS_MAX = 100,
	ROW_MAX_S = 86400 * 31,
};

typedef int (*fetch_callback)(const char *file, int consolidation,
			      time_t *start, time_t *end, unsigned long *step,
			      unsigned long *count, char ***names,
			      rrd_value_t **data);

extern int rrd_fetch_cb_register(fetch_callback callback);

/* What the callback gives out: librrd hands it no argument of ours. */
static const struct render_job *drawn;

/* A character, and how long it is; 0 where it is no valid UTF-8. */
static size_t take_character(const unsigned char *at, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = at[0] < 0x80	      ? 1
		     : (at[0] & 0xe0) == 0xc0 ? 2
		     : (at[0] & 0xf0) == 0xe0 ? 3
		     : (at[0] & 0xf8) == 0xf0 ? 4
					      : 0;
	uint32_t c = len == 1 ? at[0] : at[0] & (0x7fU >> len);

	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	*out = c;
	return len > 1 && (c < least[len] || c > 0x10ffff) ? 0 : len;
}

/* Controls, what turns the direction of writing around or is not seen at all,
 * and what is no character. */
static bool is_printable(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0xad &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2060 && c <= 0x206f) && !(c >= 0xd800 && c <= 0xf8ff) &&
	       !(c >= 0xfe00 && c <= 0xfe0f) && c != 0xfeff &&
	       !(c >= 0xfff0 && c <= 0xffff) && c < 0x1f000;
}

void render_add_text(struct text *out, const char *from, bool colons_separate)
{
	const unsigned char *at = (const unsigned char *)from;
	size_t count = 0;

	while (*at && count++ < RENDER_CHARACTERS_MAX) {
		uint32_t c = 0;
		size_t len = take_character(at, &c);

		if (len == 0 || !is_printable(c))
			text_add_char(out, '?');
		else if (c == '\\')
			text_add_char(out, '/');
		else if (c == ':' && colons_separate)
			text_add(out, "\\:");
		else
			text_add_bytes(out, at, len);
		at += len ? len : 1;
	}
	if (*at)
		text_add(out, "...");
}

static bool is_text(const char text[RENDER_TEXT_SIZE])
{
	return memchr(text, '\0', RENDER_TEXT_SIZE) != NULL;
}

static bool is_curve(const struct render_job *job, uint32_t index)
{
	const struct render_curve *c = &job->curves[index];

	if (c->shape >= RENDER_SHAPE_COUNT || !is_text(c->legend) ||
	    c->line_tenths > LINE_TENTHS_MAX ||
	    (c->shape == RENDER_STACK && index == 0))
		return false;
	for (uint32_t i = 0; i < job->rows; i++) {
		if (isinf(c->values[i]))
			return false;
	}
	return true;
}

/* Only what an --x-grid is made of. */
static bool is_time_marks(const char text[RENDER_TEXT_SIZE])
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789:%/.- ";

	return is_text(text) && text[strspn(text, fine)] == '\0';
}

static bool is_job(const struct render_job *job)
{
	if (job->row_s == 0 || job->row_s > ROW_MAX_S || job->rows == 0 ||
	    job->rows > RENDER_ROWS_MAX || job->from_s < job->row_s ||
	    job->from_s > INT64_C(1) << 40)
		return false;
	if (job->width < RENDER_WIDTH_MIN || job->width > RENDER_WIDTH_MAX ||
	    job->height < RENDER_HEIGHT_MIN || job->height > RENDER_HEIGHT_MAX)
		return false;
	if (job->curve_count == 0 || job->curve_count > RENDER_CURVES_MAX ||
	    job->note_count > RENDER_NOTES_MAX ||
	    job->rule_count > RENDER_RULES_MAX || !isfinite(job->top))
		return false;
	if (!is_text(job->title) || !is_text(job->unit) ||
	    !is_time_marks(job->time_marks))
		return false;
	for (uint32_t i = 0; i < job->note_count; i++) {
		if (!is_text(job->notes[i]))
			return false;
	}
	for (uint32_t i = 0; i < job->rule_count; i++) {
		if (!isfinite(job->rules[i].level) ||
		    !is_text(job->rules[i].legend))
			return false;
	}
	for (uint32_t i = 0; i < job->curve_count; i++) {
		if (!is_curve(job, i))
			return false;
	}
	return true;
}

static void free_names(char **names, size_t count)
{
	for (size_t i = 0; names && i < count; i++)
		free(names[i]);
	free(names);
}

/* Names of the columns, to be freed by librrd: "c0", "c1". */
static char **make_names(size_t count)
{
	char **names = calloc(count, sizeof(*names));

	for (size_t i = 0; names && i < count; i++) {
		struct text name;

		text_init(&name);
		text_addf(&name, "c%zu", i);
		names[i] = text_steal(&name);
		if (!names[i]) {
			free_names(names, count);
			return NULL;
		}
	}
	return names;
}

/* All rows of all curves, whatever is asked for: librrd cuts and reduces. It
 * looks at one row more than there are. */
/* NOLINTNEXTLINE(readability-function-size): what the library calls */
static int give_rows(const char *file, int consolidation, time_t *start,
		     time_t *end, unsigned long *step, unsigned long *count,
		     char ***names, rrd_value_t **data)
{
	char reason[] = "no memory for rows";
	size_t columns = drawn->curve_count;
	char **made = make_names(columns);
	rrd_value_t *values =
	    calloc((drawn->rows + 2) * columns, sizeof(*values));

	(void)file;
	(void)consolidation;
	if (!made || !values) {
		free_names(made, columns);
		free(values);
		rrd_set_error(reason);
		return -1;
	}
	for (size_t i = 0; i < (drawn->rows + 2) * columns; i++) {
		size_t row = i / columns;

		values[i] = row < drawn->rows
				? drawn->curves[i % columns].values[row]
				: NAN;
	}
	*start = (time_t)drawn->from_s;
	*end = (time_t)(drawn->from_s + (int64_t)drawn->rows * drawn->row_s);
	*step = drawn->row_s;
	*count = columns;
	*names = made;
	*data = values;
	return 0;
}

/* An argument vector of librrd. */
struct arguments {
	char *all[ARGUMENTS_MAX];
	int count;
	bool failed;
};

static void add_argument(struct arguments *a, struct text *text)
{
	char *made = text_steal(text);

	if (made && a->count < ARGUMENTS_MAX)
		a->all[a->count++] = made;
	else
		free(made);
	a->failed = a->failed || !made || a->count == ARGUMENTS_MAX;
}

static void add(struct arguments *a, const char *format, ...) PRINTF_LIKE(2, 3);

static void add(struct arguments *a, const char *format, ...)
{
	struct text text;
	char buffer[RENDER_TEXT_SIZE];
	va_list values;
	int len;

	va_start(values, format);
	len = vsnprintf(buffer, sizeof(buffer), format, values);
	va_end(values);
	text_init(&text);
	text_add(&text, buffer);
	text.failed = text.failed || len < 0 || (size_t)len >= sizeof(buffer);
	add_argument(a, &text);
}

/* A fixed beginning, then a text of somebody's, then a fixed end. */
static void add_with_text(struct arguments *a, const char *before,
			  const char *of_somebody, const char *after)
{
	struct text text;

	text_init(&text);
	text_add(&text, before);
	render_add_text(&text, of_somebody, true);
	text_add(&text, after);
	add_argument(a, &text);
}

static void add_options(struct arguments *a, const struct render_job *job)
{
	static const char *const always[] = {
		"graphv",
		"-",
		"--imgformat",
		"PNG",
		"--full-size-mode",
		"--slope-mode",

		"--alt-autoscale-max",
		"--font",
		"DEFAULT:8:DejaVu Sans",
		"--font",
		"TITLE:11:DejaVu Sans",
		"--color",
		"BACK#FFFFFF",
		"--color",
		"SHADEA#FFFFFF",
		"--color",
		"SHADEB#FFFFFF",
		"--color",
		"FONT#1B1F24",
		"--color",
		"FRAME#57606A",
		"--disable-rrdtool-tag",
	};
	struct text text;

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		add(a, "%s", always[i]);
	add(a, "--start=%" PRId64, job->from_s);
	add(a, "--end=%" PRId64, job->from_s + (int64_t)job->rows * job->row_s);
	add(a, "--width=%" PRIu32, job->width);
	add(a, "--height=%" PRIu32, job->height);
	if (!job->goes_below_zero)
		add(a, "--lower-limit=0");
	if (job->top > 0)
		add(a, "--upper-limit=%.0f", job->top);
	if (*job->time_marks)
		add(a, "--x-grid=%s", job->time_marks);
	text_init(&text);
	text_add(&text, "--title=");
	render_add_text(&text, job->title, false);
	add_argument(a, &text);
	text_add(&text, "--vertical-label=");
	render_add_text(&text, job->unit, false);
	add_argument(a, &text);
}

/* A swatch and what it stands for, of a line without width: librrd would draw
 * the swatch of a dashed one dashed. */
static void add_legend(struct arguments *a, uint32_t rgba, const char *legend,
		       bool ends_line)
{
	char before[32];

	if (!*legend)
		return;
	(void)snprintf(before, sizeof(before), "LINE0:v0#%08" PRIX32 ": ",
		       rgba);
	add_with_text(a, before, legend, ends_line ? "\\l" : "  ");
}

static void add_curve(struct arguments *a, const struct render_job *job,
		      uint32_t index)
{
	const struct render_curve *c = &job->curves[index];
	struct text text;

	add(a, "DEF:v%" PRIu32 "=cb//rows:c%" PRIu32 ":%s", index, index,
	    c->is_maximum ? "MAX" : "AVERAGE");
	text_init(&text);
	if (c->shape == RENDER_LINE)
		text_addf(&text, "LINE%u.%u", c->line_tenths / 10,
			  c->line_tenths % 10);
	else
		text_add(&text, "AREA");
	text_addf(&text, ":v%" PRIu32, index);
	if (c->rgba)
		text_addf(&text, "#%08" PRIX32, c->rgba);
	if (c->shape == RENDER_STACK)
		text_add(&text, "::STACK");
	if (c->shape == RENDER_LINE && c->is_dashed)
		text_add(&text, "::dashes=4,3");
	add_argument(a, &text);
}

static void add_rule(struct arguments *a, const struct render_rule *rule)
{
	add(a, "HRULE:%.6f#%08" PRIX32 "%s", rule->level, rule->rgba,
	    rule->is_dashed ? "::dashes=7,4" : "");
	add_legend(a, rule->rgba, rule->legend, true);
}

static int take_image(const rrd_info_t *info, struct text *png)
{
	for (; info; info = info->next) {
		if (strcmp(info->key, "image") != 0 || info->type != RD_I_BLO)
			continue;
		if (info->value.u_blo.size > RENDER_PNG_MAX)
			return ERR_RANGE;
		text_add_bytes(png, info->value.u_blo.ptr,
			       info->value.u_blo.size);
		return text_ok(png) ? 0 : -ENOMEM;
	}
	return ERR_STORE;
}

static int draw(struct arguments *a, struct text *png)
{
	rrd_info_t *info;
	int rc;

	rrd_clear_error();
	info = rrd_graph_v(a->count, a->all);
	rc = info ? take_image(info, png) : ERR_STORE;
	if (rc == ERR_STORE)
		log_warning("render: librrd drew nothing: %s",
			    rrd_test_error() ? rrd_get_error() : "no reason");
	rrd_info_free(info);
	rrd_clear_error();
	return rc;
}

int render_png(const struct render_job *job, struct text *png)
{
	struct arguments a = { .count = 0 };
	int rc = -ENOMEM;

	if (!is_job(job))
		return ERR_RANGE;
	add_options(&a, job);
	for (uint32_t i = 0; i < job->curve_count; i++)
		add_curve(&a, job, i);
	/* Behind all curves: one is stacked upon what stands before it. */
	for (uint32_t i = 0; i < job->curve_count; i++)
		add_legend(&a, job->curves[i].rgba, job->curves[i].legend,
			   job->curves[i].ends_line);
	for (uint32_t i = 0; i < job->rule_count; i++)
		add_rule(&a, &job->rules[i]);
	for (uint32_t i = 0; i < job->note_count; i++)
		add_with_text(&a, "COMMENT:", job->notes[i], "\\l");
	if (!a.failed) {
		drawn = job;
		(void)rrd_fetch_cb_register(give_rows);
		rc = draw(&a, png);
		drawn = NULL;
	}
	for (int i = 0; i < a.count; i++)
		free(a.all[i]);
	return rc;
}
