/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PORT_MEMORY_H
#define LANTERNE_COLLECTOR_PORT_MEMORY_H

/*
 * port_memory — what a port table must not forget when the collector is
 * killed: the last reading of each port's counters, with which the next one is
 * compared, and the steps that were not given out yet.
 *
 * The readings are bytes that only this module understands; they and the
 * steps stand in the journal's RECORD_PORTS. Read as untrusted bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/port_table.h"
#include "store/record.h"
#include "util/attr.h"
#include "util/text.h"

/** Append the ports' last readings. */
void port_memory_write(struct text *out, const struct port_table *t);

/**
 * Take up what a record of kind RECORD_PORTS says: of switches that the table's
 * configuration names, steps and readings. To be called on a fresh table.
 *
 * @return 0; ERR_MALFORMED, ERR_TRUNCATED, ERR_UNSUPPORTED (of another
 *         version): what came before the fault was taken up
 */
MUST_CHECK int port_memory_read(struct port_table *t,
				struct record_reader *record);

#endif
