/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_DESCRIPTORS_H
#define LANTERNE_WEB_DESCRIPTORS_H

/* descriptors — that connections never take the last one. */

/** Raise the limit of descriptors to what so many connections want, as far as
 * that is allowed; before rights are given up. */
void descriptors_raise(unsigned wanted);

/** How many connections there are descriptors for, at most as many as are
 * wanted; fewer are logged. */
unsigned descriptors_room(unsigned wanted);

#endif
