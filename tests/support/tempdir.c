/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/tempdir.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static NORETURN void give_up(const char *what, const char *path)
{
	(void)fprintf(stderr, "tempdir: %s: ", path);
	perror(what);
	abort();
}

char *tempdir_new(void)
{
	const char *parent = secure_getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/lanterne-XXXXXX", parent ? parent : "/tmp") < 0)
		give_up("asprintf", "");
	if (!mkdtemp(path))
		give_up("mkdtemp", path);
	return path;
}

void tempdir_remove(char *path)
{
	char rm[] = "rm";
	char options[] = "-rf";
	char end[] = "--";
	char *arguments[] = { rm, options, end, path, NULL };
	pid_t child;
	int status;

	if (posix_spawnp(&child, rm, NULL, NULL, arguments, environ) != 0)
		give_up("posix_spawnp", path);
	if (waitpid(child, &status, 0) != child || status != 0)
		give_up("rm", path);
	free(path);
}
