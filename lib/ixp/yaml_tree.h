/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_YAML_TREE_H
#define LANTERNE_IXP_YAML_TREE_H

/*
 * yaml_tree — a YAML document as a tree of items that know their places.
 *
 * Takes the plain part of YAML only: one document of mappings, lists and
 * scalars. Anchors, aliases, tags and keys that are no scalars are refused,
 * and so are control characters in scalars. Scalars stay text: what they
 * mean is for the reader to say, so 12:34:56 is no number in base 60 and
 * "no" no boolean. The sole home of <yaml.h>.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/diagnostics.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAPPING };

struct yaml_item {
	enum yaml_kind kind;
	bool plain; /* a scalar without quotes */
	struct place place;
	char *text;		     /* scalar: its value, no NUL inside */
	const struct yaml_item *key; /* its key in the mapping; in a list the
				      * key of the list; NULL: neither */
	struct yaml_item *first;     /* list, mapping: the values, in order */
	struct yaml_item *last;
	struct yaml_item *next;	       /* the next value of the same parent */
	size_t count;		       /* list, mapping: how many values */
	struct yaml_item *made_before; /* for yaml_tree_fini alone */
};

struct yaml_tree {
	struct yaml_item *root; /* NULL: the document is empty */
	struct yaml_item *made;
	size_t count;
};

/**
 * Read a document.
 *
 * @param path  stands in the places of the items; borrowed by them
 * @param out   to be given to yaml_tree_fini in any case
 * @return 0, ERR_CONFIG (d says why) or -ENOMEM
 */
MUST_CHECK int yaml_tree_parse(struct yaml_tree *out, const char *path,
			       const char *text, size_t len,
			       struct diagnostics *d);

/** Free all items. */
void yaml_tree_fini(struct yaml_tree *tree);

/** True for a value that is left empty, ~ or null. */
bool yaml_is_null(const struct yaml_item *item);

#endif
