/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_CRC32C_H
#define LANTERNE_UTIL_CRC32C_H

/*
 * crc32c — the Castagnoli checksum of iSCSI (RFC 3720, 12.1), by the
 * processor's instruction where it has one.
 */

#include <stddef.h>
#include <stdint.h>

/**
 * Go on with a checksum over len bytes, which may be NULL if len is 0.
 *
 * @param crc  of what came before; 0: nothing did
 */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len);

/** The same by tables alone; for processors without it, and for tests. */
uint32_t crc32c_portable(uint32_t crc, const void *bytes, size_t len);

#endif
