/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_CONFIG_PARTS_H
#define LANTERNE_IXP_CONFIG_PARTS_H

/*
 * config_parts — what the files that make up the reading of a configuration
 * know of each other. For lib/ixp/config*.c alone.
 */

#include "ixp/config.h"
#include "ixp/config_read.h"

/** Read the value of `sources`; field is a struct config. */
void config_read_sources(struct config_reader *r, const struct yaml_item *item,
			 void *field);

/** Make an empty source the one that there is if none is said. */
void config_source_default(struct config_source *s);

/** Free what a source holds, not the source itself. */
void config_source_fini(struct config_source *s);

/** Check that the switches that mirrors name are there. */
void config_check_mirrors(const struct config *config, struct diagnostics *d);

/**
 * Find the switch of every mirror of a configuration without errors.
 * @return 0 or -ENOMEM
 */
MUST_CHECK int config_resolve_sources(struct config *config);

/** Read the value of `switches`; field is a struct config. */
void config_read_switches(struct config_reader *r, const struct yaml_item *item,
			  void *field);

/** Read the value of `web`; field is a struct config_web. */
void config_read_web(struct config_reader *r, const struct yaml_item *item,
		     void *field);

/** Read the value of `ixp_manager`; field is a struct config_ixp_manager. */
void config_read_ixp_manager(struct config_reader *r,
			     const struct yaml_item *item, void *field);

/** Free what IXP Manager's part holds. */
void config_ixp_manager_fini(struct config_ixp_manager *m);

/** Read the value of `store`; field is a struct config_rrdcached. */
void config_read_store(struct config_reader *r, const struct yaml_item *item,
		       void *field);

/** Read the value of `relay`; field is a struct config. */
void config_read_relays(struct config_reader *r, const struct yaml_item *item,
			void *field);

/** Read the value of `reports`; field is a struct config_reports. */
void config_read_reports(struct config_reader *r, const struct yaml_item *item,
			 void *field);

/** Read an address of mail; field is a char *. */
void config_read_mailbox(struct config_reader *r, const struct yaml_item *item,
			 void *field);

/** What is not 0 where it is not said. */
void config_reports_defaults(struct config_reports *reports);

/** Free what the reports' part holds. */
void config_reports_fini(struct config_reports *reports);

/** Free what a switch holds, not the switch itself. */
void config_switch_fini(struct config_switch *s);

/** Free what the store's part holds. */
void config_store_fini(struct config_rrdcached *rrdcached);

/** What is not 0 where it is not said. */
void config_web_defaults(struct config_web *web);

/** Free what the web's part holds. */
void config_web_fini(struct config_web *web);

/** Check that receivers differ, and are not the collector itself. */
void config_check_relays(const struct config *config, struct diagnostics *d);

/**
 * Check values against each other; those that could not be read are left out.
 * @return 0 or -ENOMEM; what is wrong goes to d
 */
MUST_CHECK int config_check(const struct config *config, struct diagnostics *d);

#endif
