/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_SERVICE_H
#define LANTERNE_UTIL_SERVICE_H

/*
 * service — the service manager that started a daemon, if one did: what it
 * handed over and is told (systemd's sd_notify(3) and sd_listen_fds(3)).
 *
 * Not by libsystemd: that opens a socket for each word, which a confined
 * process may not, and brings five libraries along, for what is a datagram and
 * three numbers in the environment.
 */

#include <stdint.h>

#include "util/attr.h"

enum { SERVICE_FIRST_SOCKET = 3 };

struct service {
	int fd;		     /* -1: nobody wants to know */
	int64_t watchdog_us; /* to be told of progress within; 0: need not */
	int sockets;	     /* handed over, from SERVICE_FIRST_SOCKET on; not
			      * inherited by what is started */
};

/**
 * See who started this, while sockets may still be opened. What is odd in the
 * environment is taken for not there.
 */
void service_open(struct service *s);

/** Tell it, lines of NAME=VALUE. Never waits; what is not heard is lost. */
void service_tell(const struct service *s, const char *format, ...)
    PRINTF_LIKE(2, 3);

void service_close(struct service *s);

#endif
