/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_ROSTER_READ_H
#define LANTERNE_IXP_ROSTER_READ_H

/*
 * roster_read — values of a roster's JSON, and what to say of odd ones.
 * For lib/ixp alone.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "ixp/json_path.h"
#include "ixp/roster.h"

struct roster_reader {
	struct roster *roster;
	struct diagnostics *d;
	struct json_path at; /* of the value that is being read */
	bool has_ixp;	     /* roster->ixp_id says which exchange */
};

/** Report at the path where the reader is. */
void roster_error(struct roster_reader *r, const char *format, ...)
    PRINTF_LIKE(2, 3);
void roster_warning(struct roster_reader *r, const char *format, ...)
    PRINTF_LIKE(2, 3);

/** What a value is, for messages: "an array", or a short text in quotes. */
struct roster_found {
	char text[80];
};
struct roster_found roster_found(const json_t *value);

/**
 * The array under a key; NULL where there is none. Anything else there is
 * warned of, and then there is none.
 */
const json_t *roster_array(struct roster_reader *r, const json_t *object,
			   const char *key);

/** The object under a key; as roster_array. */
const json_t *roster_object(struct roster_reader *r, const json_t *object,
			    const char *key);

/** A number, or one as text, from 0 to max. @return true if it is one */
bool roster_number_of(const json_t *value, uint64_t max, uint64_t *out);

/**
 * The number under a key: as roster_number_of.
 * @return true if there is one; odd ones are warned of
 */
bool roster_number(struct roster_reader *r, const json_t *object,
		   const char *key, uint64_t max, uint64_t *out);

/**
 * Copy the text under a key.
 * @param out  NULL if there is none, or none but blanks
 * @return 0 or -ENOMEM
 */
MUST_CHECK int roster_string(const json_t *object, const char *key, char **out);

/**
 * Choose the exchange and read its VLANs and switches into the roster.
 *
 * @param ixp_id  which one, or NULL: the only one
 * @return 0, ERR_CONFIG or -ENOMEM
 */
MUST_CHECK int roster_read_exchange(struct roster_reader *r, const json_t *top,
				    const uint32_t *ixp_id);

/**
 * Read member_list into the roster, sorted by ASN, each once.
 * @return 0, ERR_CONFIG or -ENOMEM
 */
MUST_CHECK int roster_read_members(struct roster_reader *r, const json_t *top);

/** Free what a member holds, not the member itself. */
void roster_member_fini(struct roster_member *m);

#endif
