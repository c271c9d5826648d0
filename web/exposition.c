/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Of "Exposition formats" (Prometheus) and "OpenMetrics 1.0" what both have in
 * common is written alike; where they differ:
 *
 *                     0.0.4                     OpenMetrics
 *   family's name     with _total, _info        without
 *   type info         gauge                     info
 *   UNIT              none                      behind TYPE
 *   quotes in help    as they are               escaped
 *   when it was 0     not said                  NAME_created, beside its sample
 *   end               none                      # EOF
 */
#include "web/exposition.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/random.h>

#include "util/err.h"
#include "web/hash.h"

int exposition_init(struct exposition *e, struct text *out,
		    enum exposition_form form, uint64_t max)
{
	enum { FIRST_CAPACITY = 1024 };

	*e = (struct exposition){ .out = out, .form = form, .max = max };
	text_init(&e->line);
	/* Without a secret two labels could be made to seem one. */
	if (getrandom(&e->seed, sizeof(e->seed), 0) != (ssize_t)sizeof(e->seed))
		return -EIO;
	return u64map_init(&e->seen, FIRST_CAPACITY);
}

void exposition_fini(struct exposition *e)
{
	u64map_fini(&e->seen);
	text_fini(&e->line);
}

/* Bytes of a UTF-8 sequence that stands at the start of a string; 0: there is
 * none that is valid. */
static size_t utf8_len(const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	uint32_t code = s[0];
	uint32_t least;
	size_t len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	code &= 0x7fU >> len;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3fU);
	}
	least = len == 4 ? 0x10000 : len == 3 ? 0x800 : 0x80;
	return code < least || code > 0x10ffff ||
		       (code >= 0xd800 && code < 0xe000)
		   ? 0
		   : len;
}

/* Both formats know three escapes; any other byte stands for itself. What is no
 * UTF-8 would cost the whole answer. */
static void add_escaped(struct text *out, const char *string, bool quotes)
{
	while (*string) {
		size_t len = text_word(string);

		if (len == 0)
			len = utf8_len(string);
		if (len == 0) {
			text_add(out, "\xef\xbf\xbd");
			string++;
			continue;
		}
		if (*string == '\n')
			text_add(out, "\\n");
		else if (*string == '\\' || (*string == '"' && quotes))
			text_addf(out, "\\%c", *string);
		else
			text_add_bytes(out, string, len);
		string += len;
	}
}

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name);
	size_t n = strlen(end);

	return len > n + 1 && name[len - n - 1] == '_' &&
	       strcmp(name + len - n, end) == 0;
}

static bool is_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	return *name >= 'a' && *name <= 'z' &&
	       name[strspn(name, plain)] == '\0';
}

/* Whether a family may stand where it is to. */
static bool is_good(const struct exposition *e,
		    const struct exposition_family *f)
{
	static const char *const ends[] = { "total", "info", "created" };

	if (!is_name(f->name) || (f->unit && !ends_in(f->name, f->unit)) ||
	    e->name_count == EXPOSITION_FAMILIES_MAX)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends_in(f->name, ends[i]))
			return false;
	}
	for (size_t i = 0; i < e->name_count; i++) {
		if (strcmp(e->names[i], f->name) == 0)
			return false;
	}
	return true;
}

static const char *suffix(const struct exposition_family *f)
{
	switch (f->type) {
	case EXPOSITION_COUNTER:
		return "_total";
	case EXPOSITION_INFO:
		return "_info";
	case EXPOSITION_GAUGE:
		break;
	}
	return "";
}

static const char *type_name(const struct exposition *e)
{
	switch (e->family.type) {
	case EXPOSITION_COUNTER:
		return "counter";
	case EXPOSITION_INFO:
		if (e->form == EXPOSITION_OPEN_METRICS)
			return "info";
		break;
	case EXPOSITION_GAUGE:
		break;
	}
	return "gauge";
}

void exposition_begin(struct exposition *e,
		      const struct exposition_family *family)
{
	bool is_open = e->form == EXPOSITION_OPEN_METRICS;
	const char *end = is_open ? "" : suffix(family);

	e->family.name = NULL;
	if (!is_good(e, family)) {
		e->families_refused++;
		return;
	}
	e->family = *family;
	e->names[e->name_count++] = family->name;
	u64map_clear(&e->seen);
	text_addf(e->out, "# HELP %s%s ", family->name, end);
	add_escaped(e->out, family->help, is_open);
	text_addf(e->out, "\n# TYPE %s%s %s\n", family->name, end,
		  type_name(e));
	if (is_open && family->unit)
		text_addf(e->out, "# UNIT %s %s\n", family->name, family->unit);
}

/* Labels in braces, into the line at hand; nothing where there are none. */
static void put_labels(struct exposition *e, struct exposition_labels labels)
{
	text_clear(&e->line);
	for (size_t i = 0; i < labels.count; i++) {
		text_add_char(&e->line, i ? ',' : '{');
		text_add(&e->line, labels.all[i].name);
		text_add(&e->line, "=\"");
		add_escaped(&e->line, labels.all[i].value, true);
		text_add_char(&e->line, '"');
	}
	if (labels.count > 0)
		text_add_char(&e->line, '}');
}

static bool tells_created(const struct exposition *e)
{
	return e->form == EXPOSITION_OPEN_METRICS &&
	       e->family.type == EXPOSITION_COUNTER;
}

/* Whether one more may be written; its labels are in the line then. */
static bool has_room(struct exposition *e, struct exposition_labels labels)
{
	uint64_t hash;

	if (!e->family.name)
		return false;
	/* Both of a counter or none. */
	if (e->samples + (tells_created(e) ? 2 : 1) > e->max) {
		e->beyond++;
		return false;
	}
	put_labels(e, labels);
	hash = hash_bytes(text_str(&e->line), e->line.len, e->seed);
	hash -= hash == UINT64_MAX;
	if (u64map_find(&e->seen, hash) != U64MAP_NONE) {
		e->doubled++;
		return false;
	}
	if (!text_ok(&e->line) || u64map_put_growing(&e->seen, hash, 0) < 0) {
		e->beyond++;
		return false;
	}
	return true;
}

static void add_value(struct text *out, double value)
{
	const double exact = 9007199254740992.0; /* 2^53 */

	if (isinf(value))
		text_add(out, value > 0 ? "+Inf" : "-Inf");
	else if (value >= 0 && value <= exact && value == floor(value))
		text_add_u64(out, (uint64_t)value);
	else
		text_addf(out, "%.15g", value);
}

/* What stands before the value. */
static void add_front(struct exposition *e, const char *end)
{
	text_add(e->out, e->family.name);
	text_add(e->out, end);
	text_add_bytes(e->out, e->line.data, e->line.len);
	text_add_char(e->out, ' ');
}

static void end_sample(struct exposition *e, double since_s)
{
	text_add_char(e->out, '\n');
	e->samples++;
	if (!tells_created(e) || !isfinite(since_s))
		return;
	e->samples++;
	add_front(e, "_created");
	add_value(e->out, since_s);
	text_add_char(e->out, '\n');
}

void exposition_add(struct exposition *e, struct exposition_labels labels,
		    double value, double since_s)
{
	if (isnan(value) || !has_room(e, labels))
		return;
	add_front(e, suffix(&e->family));
	add_value(e->out, value);
	end_sample(e, since_s);
}

void exposition_add_u64(struct exposition *e, struct exposition_labels labels,
			uint64_t value, double since_s)
{
	if (!has_room(e, labels))
		return;
	add_front(e, suffix(&e->family));
	text_add_u64(e->out, value);
	end_sample(e, since_s);
}

void exposition_one(struct exposition *e,
		    const struct exposition_family *family, double value,
		    double since_s)
{
	const struct exposition_labels none = { NULL, 0 };

	if (isnan(value))
		return;
	exposition_begin(e, family);
	exposition_add(e, none, value, since_s);
}

void exposition_end(struct exposition *e)
{
	if (e->form == EXPOSITION_OPEN_METRICS)
		text_add(e->out, "# EOF\n");
	e->family.name = NULL;
}
