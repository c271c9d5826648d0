/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

enum { FILE_MAX = 256 << 20 };

static int put_out(const struct text *text)
{
	if (fwrite(text_str(text), 1, text->len, stdout) == text->len &&
	    fflush(stdout) == 0)
		return 0;
	log_error("standard output: %s", err_str(-errno));
	return -EIO;
}

static bool is_the_same(const char *path, const struct text *text)
{
	struct text old;
	bool same;

	text_init(&old);
	same = file_read(path, FILE_MAX, &old) == 0 && old.len == text->len &&
	       memcmp(text_str(&old), text_str(text), old.len) == 0;
	text_fini(&old);
	return same;
}

int output_put(const char *dir, const char *name, const struct text *text)
{
	char path[PATH_MAX];
	int rc;

	if (!text_ok(text))
		return -ENOMEM;
	if (!dir)
		return put_out(text);
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	if (is_the_same(path, text))
		return 0;
	rc = file_make_directories(dir);
	if (rc == 0)
		rc = file_replace(path, text_str(text), text->len);
	if (rc < 0)
		log_error("%s: %s", path, err_str(rc));
	return rc;
}

bool output_exists(const char *dir, const char *name)
{
	char path[PATH_MAX];

	return dir &&
	       snprintf(path, sizeof(path), "%s/%s", dir, name) <
		   (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}
