/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PORT_MEMO_H
#define LANTERNE_WEB_PORT_MEMO_H

/* port_memo — what was worked out of each port of a list, kept beside which
 * ports these were: another list finds nothing. */

#include <stdbool.h>
#include <stddef.h>

#include "web/page.h"
#include "web/ports.h"

/* What is kept, and of which ports; all borrowed. */
struct port_memo {
	const char *name;
	struct memo_epoch epoch;
	const struct port_row *rows;
	size_t count;
	size_t size; /* bytes of each port's figures */
};

/** Copy out what is kept. @return false: nothing is, of these ports */
bool port_memo_recall(const struct port_memo *what, const struct call *call,
		      void *figures);

/** Keep the figures of the ports, one behind the other. */
void port_memo_keep(const struct port_memo *what, const struct call *call,
		    const void *figures);

#endif
