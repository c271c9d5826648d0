/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/input.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/err.h"
#include "util/file.h"

static void warn_of_writers(const char *path, struct diagnostics *d)
{
	struct stat status;

	if (stat(path, &status) == 0 && (status.st_mode & S_IWOTH))
		diagnostics_warning(d, (struct place){ .path = path },
				    "found a file that every user may write, "
				    "expected one that others may not: "
				    "chmod o-w");
}

int input_read(const struct input *input, struct text *out,
	       struct diagnostics *d)
{
	struct place place = { .path = input->path };
	int rc = file_read(input->path, input->max, out);

	if (rc == 0) {
		warn_of_writers(input->path, d);
		return 0;
	}
	if (rc == ERR_RANGE)
		diagnostics_error(d, place,
				  "found more than %zu MiB, expected %s",
				  input->max >> 20, input->expected);
	else if (rc == ERR_UNSUPPORTED)
		diagnostics_error(d, place,
				  "found no regular file, expected %s",
				  input->expected);
	else
		diagnostics_error(d, place, "cannot be read: %s", err_str(rc));
	return rc == ERR_RANGE || rc == ERR_UNSUPPORTED ? ERR_CONFIG : rc;
}

char *input_copy(const char *text, size_t len, size_t *copied)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skipped = 0;
	char *copy;

	if (len >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0)
		skipped = strlen(mark);
	copy = malloc(len - skipped + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text + skipped, len - skipped);
	copy[len - skipped] = '\0';
	*copied = len - skipped;
	return copy;
}
