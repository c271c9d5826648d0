/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/port_memo.h"

#include <stdlib.h>
#include <string.h>

/* As it is kept: which ports, and then their figures. */
struct which {
	uint32_t switch_index;
	uint32_t ifindex;
};

static struct which which_of(const struct port_row *row)
{
	return (struct which){ row->switch_index, row->ifindex };
}

static size_t kept_size(const struct port_memo *what)
{
	return what->count * (sizeof(struct which) + what->size);
}

bool port_memo_recall(const struct port_memo *what, const struct call *call,
		      void *figures)
{
	struct which *kept;
	void *found;
	size_t size;
	bool same;

	if (!memo_find(site_memo(call->site), what->name, &what->epoch, &found,
		       &size))
		return false;
	kept = found;
	same = size == kept_size(what);
	for (size_t i = 0; same && i < what->count; i++) {
		struct which wanted = which_of(&what->rows[i]);

		same = memcmp(&kept[i], &wanted, sizeof(wanted)) == 0;
	}
	if (same && what->count > 0)
		memcpy(figures, kept + what->count, what->count * what->size);
	free(found);
	return same;
}

void port_memo_keep(const struct port_memo *what, const struct call *call,
		    const void *figures)
{
	struct which *kept = calloc(1, kept_size(what) + 1);

	if (!kept)
		return;
	for (size_t i = 0; i < what->count; i++)
		kept[i] = which_of(&what->rows[i]);
	if (what->count > 0)
		memcpy(kept + what->count, figures, what->count * what->size);
	memo_keep(site_memo(call->site), what->name, &what->epoch, kept,
		  kept_size(what));
	free(kept);
}
