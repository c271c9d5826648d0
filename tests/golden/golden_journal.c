/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * golden_journal — journal files of every version of the format against what
 * --journal prints of them. usage: golden_journal [--rewrite] DIRECTORY,
 * an absolute one; see README.md there. The journal files themselves are never
 * written anew: what was written once stays readable.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/journal_print.h"
#include "util/err.h"
#include "util/file.h"

enum { FILE_SIZE_MAX = 1 << 20, NAME_SIZE = 300 };

static int print(const char *name, struct text *out)
{
	char *printed = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&printed, &len);
	int rc;

	if (!stream)
		return -1;
	rc = journal_print(name, stream);
	if (fclose(stream) != 0 && rc == 0)
		rc = -1;
	text_add_bytes(out, printed, len);
	free(printed);
	return rc;
}

/* Compare with X.out, or write it. @return true if all is well */
static bool run_case(const char *name, bool rewrite)
{
	char expected_name[NAME_SIZE + 4];
	struct text expected;
	struct text got;
	bool well;

	(void)snprintf(expected_name, sizeof(expected_name), "%s.out", name);
	text_init(&expected);
	text_init(&got);
	well = print(name, &got) == 0;
	if (well && rewrite)
		well =
		    file_replace(expected_name, text_str(&got), got.len) == 0;
	else if (well)
		well =
		    file_read(expected_name, FILE_SIZE_MAX, &expected) == 0 &&
		    strcmp(text_str(&expected), text_str(&got)) == 0;
	if (!well)
		(void)fprintf(stderr, "%s: expected\n%s--- but found\n%s---\n",
			      name, text_str(&expected), text_str(&got));
	text_fini(&expected);
	text_fini(&got);
	return well;
}

static unsigned run_version(const char *version, bool rewrite)
{
	struct dirent **entries = NULL;
	unsigned failed = 0;
	unsigned cases = 0;
	int count;

	if (chdir(version) < 0)
		return 1;
	count = scandir(".", &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		const char *dot = strrchr(name, '.');

		if (dot && strcmp(dot, ".jnl") == 0 &&
		    strlen(name) < NAME_SIZE) {
			cases++;
			failed += !run_case(name, rewrite);
		}
		free(entries[i]);
	}
	free(entries);
	(void)printf("journal/%s: %u cases, %u failed\n", version, cases,
		     failed);
	return chdir("..") < 0 || cases == 0 ? 1 : failed;
}

int main(int argc, char **argv)
{
	static const char *const versions[] = { "version-1" };
	bool rewrite = argc == 3 && strcmp(argv[1], "--rewrite") == 0;
	unsigned failed = 0;

	if ((argc != 2 && !rewrite) || chdir(argv[argc - 1]) < 0 ||
	    chdir("journal") < 0) {
		(void)fprintf(stderr, "usage: %s [--rewrite] DIRECTORY\n",
			      argv[0]);
		return 64;
	}
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		failed += run_version(versions[i], rewrite);
	return failed ? 1 : 0;
}
