/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_HASH_H
#define LANTERNE_WEB_HASH_H

/* hash — 64 bits that tell contents apart; with a seed that nobody knows, also
 * against who seeks collisions. */

#include <stddef.h>
#include <stdint.h>

/** The hash of some bytes by a seed, the same on every machine of one byte
 * order. */
uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed);

#endif
