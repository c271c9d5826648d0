/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_REPLACED_H
#define LANTERNE_STORE_JOURNAL_REPLACED_H

/*
 * journal_replaced — which parts count no more, because a closed step that
 * stands for them is there, whole. For lib/store alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal_list.h"
#include "util/attr.h"

/* Parts of a step with first <= seq < behind. */
struct journal_range {
	uint64_t first;
	uint64_t behind;
	int64_t start_s; /* of the step */
};

struct journal_replaced {
	struct journal_range *ranges;
	size_t count;
	size_t room;
	uint64_t last_closed; /* of the stream; 0: none was read */
	uint64_t ports;	      /* the record of ports that counts; 0: none */
};

/**
 * Find what is replaced of the parts in a list. Closed files are read only as
 * far as parts could be concerned.
 *
 * @param list  holds both kinds of the stream
 * @param out   journal_replaced_fini is due in any case
 * @return 0 or -errno
 */
MUST_CHECK int journal_replaced_read(struct journal_replaced *out,
				     const char *folder,
				     const struct journal_list *list,
				     enum journal_stream stream);
void journal_replaced_fini(struct journal_replaced *r);

/** Whether a part counts no more; of RECORD_PORTS only the last one counts. */
bool journal_replaced_has(const struct journal_replaced *r,
			  const struct journal_frame *part);

/** Whether none of a file of parts counts any more. */
bool journal_replaced_file(const struct journal_replaced *r,
			   const struct journal_file *file);

#endif
