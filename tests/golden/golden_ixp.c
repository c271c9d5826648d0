/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * golden_ixp — configurations, rosters and both together against what is to
 * be said of them. usage: golden_ixp [--rewrite] DIRECTORY,
 * an absolute one; see README.md there.
 *
 * For each input X the file X.out holds the messages and, in a folder ok,
 * what was read. A folder bad must be refused, every case of it.
 */

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden/ixp_print.h"
#include "util/err.h"
#include "util/file.h"

enum { FILE_SIZE_MAX = 1 << 20, NAME_SIZE = 300 };

/* Read one input; append what there is to say. */
typedef int golden_read(const char *name, struct text *out);

struct golden_area {
	const char *folder;
	const char *suffix; /* of the inputs */
	golden_read *read;
};

struct golden_run {
	const struct golden_area *area;
	bool accepted; /* the folder ok, else bad */
	bool rewrite;
};

static void say(struct diagnostics *d, struct text *out)
{
	text_add(out, text_str(&d->text));
	diagnostics_fini(d);
}

/* What is printed must read back to the same print. */
static int check_round_trip(const char *name, const struct text *print)
{
	struct diagnostics d;
	struct config *again = NULL;
	struct text reprint;
	int rc;

	diagnostics_init(&d);
	text_init(&reprint);
	rc = config_parse(&again, name, text_str(print), print->len, &d);
	if (rc == 0)
		config_print(again, &reprint);
	if (rc < 0 || strcmp(text_str(print), text_str(&reprint)) != 0) {
		(void)fprintf(stderr,
			      "%s: its print reads back differently:\n%s%s",
			      name, text_str(&d.text), text_str(&reprint));
		rc = ERR_MALFORMED;
	}
	config_free(again);
	text_fini(&reprint);
	diagnostics_fini(&d);
	return rc;
}

static int read_config(const char *name, struct text *out)
{
	struct diagnostics d;
	struct config *config = NULL;
	struct text print;
	int rc;

	diagnostics_init(&d);
	text_init(&print);
	rc = config_load(&config, name, &d);
	say(&d, out);
	if (rc == 0) {
		config_print(config, &print);
		text_add(out, text_str(&print));
		rc = check_round_trip(name, &print);
	}
	config_free(config);
	text_fini(&print);
	return rc;
}

/* A name like 01-chosen.ixp2.json chooses the exchange 2. */
static int read_roster(const char *name, struct text *out)
{
	const char *mark = strstr(name, ".ixp");
	uint32_t ixp_id = mark ? (uint32_t)strtoul(mark + 4, NULL, 10) : 0;
	struct diagnostics d;
	struct roster *roster = NULL;
	int rc;

	diagnostics_init(&d);
	rc = roster_load(&roster, name, mark ? &ixp_id : NULL, &d);
	say(&d, out);
	if (rc == 0)
		roster_print(roster, out);
	roster_free(roster);
	return rc;
}

/* A name like 01-later.at1772323200.yaml is of that second of the epoch. */
static int read_registry(const char *name, struct text *out)
{
	const char *mark = strstr(name, ".at");
	int64_t at_s = mark ? (int64_t)strtoll(mark + 3, NULL, 10) : 0;
	struct diagnostics d;
	struct config *config = NULL;
	struct registry *registry = NULL;
	int rc;

	diagnostics_init(&d);
	rc = registry_load(
	    &registry, &config,
	    &(struct registry_request){ .path = name, .at_s = at_s }, &d);
	say(&d, out);
	if (rc == 0)
		registry_print(registry, out);
	registry_free(registry);
	config_free(config);
	return rc;
}

/* Compare with X.out, or write it. @return true if all is well */
static bool compare(const char *name, const struct text *got, bool rewrite)
{
	char expected_name[NAME_SIZE + 4];
	struct text expected;
	bool same;

	(void)snprintf(expected_name, sizeof(expected_name), "%s.out", name);
	if (rewrite)
		return file_replace(expected_name, text_str(got), got->len) ==
		       0;
	text_init(&expected);
	same = file_read(expected_name, FILE_SIZE_MAX, &expected) == 0 &&
	       strcmp(text_str(&expected), text_str(got)) == 0;
	if (!same)
		(void)fprintf(stderr, "%s: expected\n%s--- but found\n%s---\n",
			      name, text_str(&expected), text_str(got));
	text_fini(&expected);
	return same;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name);
	size_t suffix_len = strlen(suffix);

	return len > suffix_len && len < NAME_SIZE &&
	       strcmp(name + len - suffix_len, suffix) == 0;
}

/* Run one case. @return true if all is well */
static bool run_case(const struct golden_run *run, const char *name)
{
	struct text got;
	bool well;
	int rc;

	text_init(&got);
	rc = run->area->read(name, &got);
	well = rc == (run->accepted ? 0 : ERR_CONFIG);
	if (!well)
		(void)fprintf(stderr, "%s: found: %s\n%s", name, err_str(rc),
			      text_str(&got));
	else
		well = compare(name, &got, run->rewrite);
	text_fini(&got);
	return well;
}

/* Run the cases of the current directory. @return how many failed */
static unsigned run_cases(const struct golden_run *run)
{
	struct dirent **entries = NULL;
	int count = scandir(".", &entries, NULL, alphasort);
	unsigned failed = 0;
	unsigned cases = 0;

	for (int i = 0; i < count; i++) {
		if (has_suffix(entries[i]->d_name, run->area->suffix)) {
			cases++;
			failed += !run_case(run, entries[i]->d_name);
		}
		free(entries[i]);
	}
	free(entries);
	(void)printf("%s/%s: %u cases, %u failed\n", run->area->folder,
		     run->accepted ? "ok" : "bad", cases, failed);
	return cases ? failed : 1;
}

int main(int argc, char **argv)
{
	static const struct golden_area areas[] = {
		{ "config", ".yaml", read_config },
		{ "roster", ".json", read_roster },
		{ "registry", ".yaml", read_registry },
	};
	struct golden_run run = {
		.rewrite = argc == 3 && strcmp(argv[1], "--rewrite") == 0
	};
	unsigned failed = 0;

	if (argc != 2 && !run.rewrite) {
		(void)fprintf(stderr, "usage: %s [--rewrite] DIRECTORY\n",
			      argv[0]);
		return 64;
	}
	for (size_t i = 0; i < 2 * sizeof(areas) / sizeof(*areas); i++) {
		char folder[PATH_MAX];

		run.area = &areas[i / 2];
		run.accepted = i % 2 == 0;
		(void)snprintf(folder, sizeof(folder), "%s/%s/%s",
			       argv[argc - 1], run.area->folder,
			       run.accepted ? "ok" : "bad");
		if (chdir(folder) < 0) {
			perror(folder);
			return EXIT_FAILURE;
		}
		failed += run_cases(&run);
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
