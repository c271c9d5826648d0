/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IMPORT_DAYS_H
#define LANTERNE_COLLECTOR_IMPORT_DAYS_H

/*
 * import_days — the days whose books are to be made anew, also when the import
 * that filled their rows was ended: state_dir/days-to-close, two times.
 */

#include "collector/import_job.h"
#include "util/attr.h"

/** Take over what an import that was ended left to be closed. @return 0 or
 * -errno */
MUST_CHECK int import_days_begin(struct import_job *job);

/** Note the days of a history, before anything of it is stored. @return 0 or
 * -errno */
MUST_CHECK int import_days_note(struct import_job *job,
				const struct history *history);

/** All books are made: nothing is left to be closed. @return 0 or -errno */
MUST_CHECK int import_days_end(struct import_job *job);

#endif
