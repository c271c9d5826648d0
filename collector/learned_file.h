/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_LEARNED_FILE_H
#define LANTERNE_COLLECTOR_LEARNED_FILE_H

/*
 * learned_file — what was learned of the ports, from one run to the next and
 * for --propose-ports: state_dir/learned. Its format stands in ARCHITECTURE.md.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/bindings.h"
#include "collector/port_table.h"
#include "util/attr.h"
#include "util/text.h"

/* What a port said of itself. */
struct learned_port {
	uint32_t switch_index;
	uint32_t ifindex;
	uint32_t aggregate; /* ifIndex of its LAG; its own: it is in none */
	uint64_t speed_bps; /* 0: not said */
	bool named;	    /* by the agent or the configuration */
	char name[PORT_NAME_SIZE];
};

struct learned_ports {
	struct learned_port *all;
	size_t count;
};

/** The ports that were heard of. @return 0 or -ENOMEM */
MUST_CHECK int learned_ports_of(struct learned_ports *out,
				const struct port_table *table);
void learned_ports_fini(struct learned_ports *ports);

/** Append the file's content, as of now_us. */
void learned_write(struct text *out, const struct bindings *bindings,
		   const struct port_table *table, int64_t now_us);

/**
 * Take up what a file's content says of the switches and stations that the
 * registry of bindings has. To be called on a fresh table.
 *
 * @param ports   gets the ports, to be freed by learned_ports_fini, also on
 *                failure; NULL: they are not wanted
 * @param now_us  gets when it was written
 * @return 0; ERR_MALFORMED, ERR_UNSUPPORTED (of a later version): what came
 *         before the fault was taken up; -ENOMEM
 */
MUST_CHECK int learned_parse(struct bindings *bindings,
			     struct learned_ports *ports, int64_t *now_us,
			     const struct text *content);

/** The same of a file. @return also -ENOENT: there is none; another -errno */
MUST_CHECK int learned_read(struct bindings *bindings,
			    struct learned_ports *ports, int64_t *now_us,
			    const char *path);

#endif
