/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LOAD_H
#define LANTERNE_WEB_LOAD_H

/* load — what the server has had to do since its start, for /health. */

#include <stdbool.h>
#include <stdint.h>

#include "web/connections.h"
#include "web/work_queue.h"

struct load {
	struct connections_counters connections;
	unsigned connections_max; /* in all */
	struct work_queue_counters work;
	uint64_t malformed;   /* requests refused for their header section */
	uint64_t gone;	      /* answers that nobody waited for any more */
	int64_t tls_until_s;  /* the certificate's end; 0: there is no TLS */
	bool tls_was_refused; /* a newer certificate, or its key */
};

/* Fills in the load; from any thread. */
typedef void (*load_tell)(void *context, struct load *load);

#endif
