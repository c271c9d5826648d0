/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PULSE_H
#define LANTERNE_WEB_PULSE_H

/*
 * pulse — whether the web really answers: each of its threads is asked for
 * /livez, over a connection of its own that no other visitor can be before.
 */

#include <stdbool.h>
#include <stdint.h>

#include "web/server.h"

/**
 * Ask each thread once, and wait for all, for so long at most.
 *
 * A thread that has as many connections as it may, and so takes no more, is
 * not asked: it is kept busy, and its connections have limits of their own.
 *
 * @return whether all that were asked answered
 */
bool pulse_is_felt(struct server *server, int64_t patience_ms);

#endif
