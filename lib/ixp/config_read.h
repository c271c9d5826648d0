/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_CONFIG_READ_H
#define LANTERNE_IXP_CONFIG_READ_H

/*
 * config_read — from items of YAML to fields of a struct, by a table of keys.
 *
 * Each read function has the same shape: it fills the field it is given from
 * the item, or adds an error that says what was found and what was expected
 * and leaves the field as it is. Nothing is returned: a configuration with
 * any error is thrown away as a whole.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/validity.h"
#include "ixp/yaml_tree.h"
#include "util/attr.h"
#include "util/diagnostics.h"

struct config_reader {
	struct diagnostics *d;
	const char *path;     /* of the file; borrowed */
	size_t directory_len; /* of path, with its slash; 0: none */
	bool out_of_memory;
};

typedef void config_read_fn(struct config_reader *r,
			    const struct yaml_item *item, void *field);

/* One key of a mapping. */
struct config_key {
	const char *name;
	size_t offset; /* of its field in the struct */
	config_read_fn *read;
	bool required;
};

struct config_keys {
	const struct config_key *keys;
	size_t count; /* at most 32 */
};

/** Read a mapping: unknown, doubled and missing keys are errors. */
void config_mapping(struct config_reader *r, const struct yaml_item *item,
		    const struct config_keys *keys, void *target);

/* What the values of a list are. */
struct config_list {
	size_t size; /* of one */
	config_read_fn *read;
	size_t at_least;
	bool or_one; /* a value that is no list stands for a list of it */
};

/**
 * Read a list into a new array.
 * @param count  gets its length
 * @return the array, to be freed by the caller; NULL if it is empty
 */
void *config_list(struct config_reader *r, const struct yaml_item *item,
		  const struct config_list *list, size_t *count);

/** Report that the item is not what the words say, and what it is. */
void config_expected(struct config_reader *r, const struct yaml_item *item,
		     const char *words);

/** The text of a scalar; NULL and an error with these words if it is none. */
const char *config_scalar(struct config_reader *r, const struct yaml_item *item,
			  const char *words);

/* One of several words; the list ends with a NULL. */
struct config_word {
	const char *word;
	int value;
};

/** Read one of several words. @return its value; -1 and an error if none */
int config_word(struct config_reader *r, const struct yaml_item *item,
		const struct config_word *words);

/** Copy a string, noting a lack of memory. @return NULL then */
char *config_copy(struct config_reader *r, const char *text);

/** Read a plain integer in a range. @return whether it is one, else an error */
bool config_read_range(struct config_reader *r, const struct yaml_item *item,
		       uint32_t min, uint32_t max, uint32_t *out);

/* Read functions; the field is of the type named. */
void config_read_string(struct config_reader *r, const struct yaml_item *item,
			void *field); /* char *, not empty */
void config_read_path(struct config_reader *r, const struct yaml_item *item,
		      void *field); /* char *, from the file's directory on */
void config_read_u32(struct config_reader *r, const struct yaml_item *item,
		     void *field); /* uint32_t, from 0 */
void config_read_number(struct config_reader *r, const struct yaml_item *item,
			void *field); /* uint32_t, from 1 */
void config_read_vlan(struct config_reader *r, const struct yaml_item *item,
		      void *field); /* uint16_t, 1 to 4094 */
void config_read_asn(struct config_reader *r, const struct yaml_item *item,
		     void *field); /* uint32_t */
void config_read_mac(struct config_reader *r, const struct yaml_item *item,
		     void *field); /* struct mac, of one station */
void config_read_address(struct config_reader *r, const struct yaml_item *item,
			 void *field); /* struct ipaddr */
void config_read_endpoint(struct config_reader *r, const struct yaml_item *item,
			  void *field); /* struct config_endpoint */
void config_read_speed(struct config_reader *r, const struct yaml_item *item,
		       void *field); /* uint64_t, bit/s */
void config_read_time(struct config_reader *r, const struct yaml_item *item,
		      void *field); /* int64_t, seconds of the epoch, from 1 */

/** Report a time that ends before it begins; place is that of its entry. */
void config_check_validity(struct config_reader *r, struct place place,
			   const struct validity *v);

#endif
