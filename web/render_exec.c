/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/render_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>

#include "web/render_helper.h"

enum { ZONE_SIZE = 80 };

/* The socket becomes standard input; all else of ours is closed. */
static int prepare(posix_spawn_file_actions_t *actions,
		   posix_spawnattr_t *attributes, int fd)
{
	sigset_t none;
	sigset_t all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if (posix_spawn_file_actions_adddup2(actions, fd, 0) != 0 ||
	    posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY,
					     0) != 0 ||
	    posix_spawn_file_actions_addclosefrom_np(actions, 3) != 0 ||
	    posix_spawnattr_setsigmask(attributes, &none) != 0 ||
	    posix_spawnattr_setsigdefault(attributes, &all) != 0 ||
	    posix_spawnattr_setpgroup(attributes, 0) != 0 ||
	    posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
				POSIX_SPAWN_SETPGROUP) != 0)
		return -ENOMEM;
	return 0;
}

int render_exec(pid_t *pid, const char *program, int fd)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): set before any thread */
	const char *name = getenv("TZ");
	char zone[ZONE_SIZE];
	char locale[] = "LC_ALL=C.UTF-8";
	char option[] = RENDER_HELPER_OPTION;
	char title[] = "lanterne-web";
	char *const arguments[] = { title, option, NULL };
	char *const environment[] = { locale, zone, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	(void)snprintf(zone, sizeof(zone), "TZ=%s", name ? name : "UTC");
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	rc = prepare(&actions, &attributes, fd);
	if (rc == 0)
		rc = -posix_spawn(pid, program, &actions, &attributes,
				  arguments, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return rc;
}
