/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/export.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "store/series_list.h"
#include "store/series_parse.h"
#include "util/err.h"

struct exporting {
	const char *state_dir;
	struct series_export series;
	struct text text; /* of one series at a time */
	bool is_damaged;
};

static int complain(const char *name, int rc)
{
	(void)fprintf(stderr, "lanterne-collector: cannot export: %s: %s\n",
		      name,
		      rc == -ENOENT ? "no series of this name has a file"
		      : rc == ERR_UNSUPPORTED
			  ? "it has no rows of that length, or no maxima"
			  : err_str(rc));
	return rc;
}

static int put_text(struct exporting *e)
{
	bool good = text_ok(&e->text);

	if (good && e->text.len > 0)
		good =
		    fwrite(e->text.data, 1, e->text.len, stdout) == e->text.len;
	text_clear(&e->text);
	return good ? 0 : -EIO;
}

static int put_series(struct exporting *e, const struct series *series)
{
	int rc = series_export_rows(&e->text, e->state_dir, series, &e->series);

	return rc < 0 ? rc : put_text(e);
}

static int export_one(struct exporting *e, const char *name)
{
	char switch_name[SERIES_SWITCH_NAME_SIZE];
	struct series series;
	int rc = series_parse(&series, switch_name, name, strlen(name));

	if (rc < 0)
		return complain(name, -ENOENT);
	e->series.kinds = 1u << series.kind;
	series_export_head(&e->text, &e->series);
	rc = series_export_rows(&e->text, e->state_dir, &series, &e->series);
	if (rc < 0)
		return complain(name, rc == ERR_NOT_FOUND ? -ENOENT : rc);
	return put_text(e);
}

/* A file that went meanwhile, or that has no such rows, has none to give. */
static int export_set(struct exporting *e, const struct series_set *set)
{
	char name[SERIES_FILE_SIZE];
	int rc = 0;

	for (size_t i = 0; i < set->count && rc == 0; i++) {
		rc = put_series(e, &set->items[i]);
		if (rc == ERR_STORE) {
			(void)complain(
			    series_name(name, sizeof(name), &set->items[i]),
			    rc);
			e->is_damaged = true;
		}
		if (rc == ERR_STORE || rc == ERR_NOT_FOUND ||
		    rc == ERR_UNSUPPORTED)
			rc = 0;
	}
	return rc;
}

static int export_all(struct exporting *e)
{
	int rc;

	e->series.kinds = (1u << SERIES_KIND_COUNT) - 1;
	series_export_head(&e->text, &e->series);
	rc = put_text(e);
	for (int kind = 0; kind < SERIES_KIND_COUNT && rc == 0; kind++) {
		struct series_set set = { 0 };

		rc = series_set_add_kind(&set, e->state_dir,
					 (enum series_kind)kind);
		series_set_sort(&set);
		if (rc == 0)
			rc = export_set(e, &set);
		series_set_fini(&set);
	}
	if (rc < 0)
		return complain("all", rc);
	return e->is_damaged ? ERR_STORE : 0;
}

int export_series(const struct registry *registry,
		  const struct export_request *request)
{
	struct exporting e = {
		.state_dir = registry->config->state_dir,
		.series = request->series,
	};
	int rc;

	if (registry->config->rrdcached.used) {
		(void)fputs("lanterne-collector: cannot export: rrdcached "
			    "keeps the files (store:)\n",
			    stderr);
		return ERR_CONFIG;
	}
	text_init(&e.text);
	rc = strcmp(request->name, "all") == 0 ? export_all(&e)
					       : export_one(&e, request->name);
	text_fini(&e.text);
	return rc;
}
