/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CONTENT_H
#define LANTERNE_COLLECTOR_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/**
 * Everything that a datagram holds, in 64 bits: to tell a doubled one from
 * another under the same number. It has no seed, so whoever wants to can make
 * two that are alike: one of them goes for the copy of the other.
 */
uint64_t content_of(const void *data, size_t len);

#endif
