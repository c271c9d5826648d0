/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_RRDCACHED_SERVER_H
#define LANTERNE_TESTS_SUPPORT_RRDCACHED_SERVER_H

/*
 * rrdcached_server — Debian's rrdcached in a folder of a test's own, started,
 * killed and started again. Every failure fails the test that called.
 */

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "ixp/config.h"

enum { SERVER_PATH_SIZE = 256 };

struct rrdcached_server {
	const char
	    *dir; /* borrowed: rrd/ for the files, journal/, the socket */
	struct config_rrdcached target; /* where to connect */
	char socket[SERVER_PATH_SIZE];
	bool over_tcp;
	bool with_journal;
	const char *write_s; /* -w: when updates held are written */
	pid_t pid;	     /* 0: not running */
};

/** Whether this machine has one. */
bool rrdcached_server_is_there(void);

/** Make the folders; over TCP on a free port of ::1. */
void rrdcached_server_init(struct rrdcached_server *s, const char *dir,
			   bool over_tcp);

/** Start it, and wait until it takes connections. */
void rrdcached_server_start(struct rrdcached_server *s);

/** End it by a signal, and wait for its end. SIGTERM writes all that is held
 *  unless it has a journal. */
void rrdcached_server_end(struct rrdcached_server *s, int signal);

#endif
