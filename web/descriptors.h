/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_DESCRIPTORS_H
#define LANTERNE_WEB_DESCRIPTORS_H

/* descriptors — that connections never take the last one. */

/**
 * Have room for connections beside the files that are read: raises the soft
 * limit of descriptors as far as that takes, and the hard one lets it.
 *
 * @return how many connections there is room for, wanted at most, 16 at least
 */
unsigned descriptors_make_room(unsigned wanted);

#endif
