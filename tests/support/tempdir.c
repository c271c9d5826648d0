/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/tempdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { OPEN_DIRECTORIES = 16 };

static NORETURN void give_up(const char *what, const char *path)
{
	(void)fprintf(stderr, "tempdir: %s: ", path);
	perror(what);
	abort();
}

char *tempdir_new(void)
{
	const char *parent = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/lanterne-XXXXXX", parent ? parent : "/tmp") < 0)
		give_up("asprintf", "");
	if (!mkdtemp(path))
		give_up("mkdtemp", path);
	return path;
}

static int remove_one(const char *path, const struct stat *status, int kind,
		      struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	if (remove(path) < 0)
		give_up("remove", path);
	return 0;
}

void tempdir_remove(char *path)
{
	if (nftw(path, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS) != 0)
		give_up("nftw", path);
	free(path);
}
