/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_BOOK_H
#define LANTERNE_TESTS_SUPPORT_MADE_BOOK_H

/* made_book — day books with something of each kind in them. */

#include <stdint.h>

#include "store/daybook.h"
#include "util/text.h"

/** The head of a book: 2026-03-29 in Europe/Berlin, 23 hours, or its month. */
struct daybook_head made_book_head(enum daybook_kind kind);

/** Entry i of a book of a day or month, of count in order; from seed. */
struct daybook_entry made_book_entry(const struct daybook_head *head, size_t i,
				     uint64_t *seed);

/** Pair i of a book of pairs, in order; from seed. */
struct daybook_pair made_book_pair(const struct daybook_head *head, size_t i,
				   uint64_t *seed);

/**
 * A book with so many entries, at most 9 of a day or month.
 * @param out  empty; to be freed with text_fini
 */
void made_book(struct text *out, enum daybook_kind kind, size_t count,
	       uint64_t seed);

#endif
