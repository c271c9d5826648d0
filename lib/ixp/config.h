/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_CONFIG_H
#define LANTERNE_IXP_CONFIG_H

/*
 * config — what the operator wrote in lanterne.yaml.
 *
 * Read strictly: an unknown key, a key given twice, a wrong type or a value
 * out of range is an error with file, line and column, and all of them are
 * reported at once. Values are checked one by one and against each other
 * here; against the roster, in registry. Format: lanterne.yaml(5).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/validity.h"
#include "net/ipaddr.h"
#include "net/mac.h"
#include "util/attr.h"
#include "util/diagnostics.h"
#include "util/text.h"

enum {
	CONFIG_NAME_SIZE = 64, /* switch names: [A-Za-z0-9._-], not only dots */
	CONFIG_VLAN_MAX = 4094,
	CONFIG_SIZE_MAX = 16 << 20, /* bytes of a file that is read */
	CONFIG_IXP_PAIRS_MAX = 4000000,
	CONFIG_IXP_AGE_DAYS_MAX = 3650,
	CONFIG_RELAYS_MAX = 64,
	CONFIG_BUFFER_MIN = 1 << 20,
	CONFIG_BUFFER_DEFAULT = 64 << 20,
	CONFIG_SNAP_MIN = 96, /* headers of a frame, tags and options in */
	CONFIG_SNAP_MAX = 65535,
	CONFIG_SNAP_DEFAULT = 256,
	CONFIG_ERSPAN_SESSION_MAX = 1023, /* 10 bits in its header */
	CONFIG_ERSPAN_SESSIONS_MAX = CONFIG_ERSPAN_SESSION_MAX + 1,
};

/* 2 GiB; one more than an int holds. */
#define CONFIG_BUFFER_MAX (UINT32_C(1) << 31)

/* The name of a switch that nobody wrote, and of that which mirrors are taken
 * to be of where several are there and none is said. */
#define CONFIG_MIRROR_SWITCH "mirror"

enum config_source_kind {
	CONFIG_SOURCE_SFLOW,
	CONFIG_SOURCE_MIRROR,
	CONFIG_SOURCE_ERSPAN,
};

/* Whether estimates are corrected for samples that are missing. */
enum config_scaling {
	CONFIG_SCALING_DEFAULT, /* corrected with direction both, else plain */
	CONFIG_SCALING_PLAIN,	/* by each sample's own rate alone */
	CONFIG_SCALING_CORRECTED,
};

enum config_direction {
	CONFIG_DIRECTION_AUTO,
	CONFIG_DIRECTION_INGRESS,
	CONFIG_DIRECTION_EGRESS,
	CONFIG_DIRECTION_BOTH,
	CONFIG_DIRECTION_ANY,
};
enum config_role { CONFIG_ROLE_MEMBER, CONFIG_ROLE_CORE };
enum config_access { CONFIG_ACCESS_ROLES, CONFIG_ACCESS_OPEN };

/* An address and a UDP or TCP port. */
struct config_endpoint {
	struct ipaddr addr;
	uint16_t port;
};

/* Where frames or samples of them come from. What is of mirror is 0 in others,
 * and so on; "mirrors" are those of both kinds, mirror and erspan. */
struct config_source {
	enum config_source_kind kind;
	struct config_endpoint
	    listen;	   /* sflow; of erspan the address, port 0 */
	char *interface;   /* mirror; NULL in one that nobody wrote, which is
			    * not to be opened (config_want_mirror) */
	char *filter;	   /* mirror: an expression of pcap-filter(7), which is
			    * not looked into here; NULL: none */
	char *switch_name; /* mirrors: as said; NULL: not said */
	struct place switch_place;
	uint32_t switch_index; /* mirrors: whose frames these are if nothing
				* else tells; valid after reading, and another
				* one in the next configuration */
	enum config_direction direction; /* mirrors: which frames are counted:
					  * ANY, INGRESS or EGRESS */
	bool fcs_present;		 /* mirrors: frames end in their FCS */
	bool drops_duplicates;		 /* mirrors */
	bool lengths_of_headers; /* mirrors: the switch cuts frames, and IP
				  * headers say how long they were */
	uint32_t buffer_bytes;	 /* mirror: of the ring */
	uint32_t snap_bytes;	 /* mirror: held of a frame at most */
	struct place place;
};

struct config_vlan {
	uint16_t tag;	      /* 802.1Q */
	uint32_t roster_vlan; /* the roster's vlan id; the tag if not said */
	bool has_roster_vlan; /* it was said */
	char *name;	      /* NULL: the roster's name */
	struct place place;
};

struct config_mac {
	uint32_t asn;
	uint16_t vlan; /* 802.1Q tag; 0: not said, the VLANs that the member
			* is in, or every one if nothing says which */
	struct mac mac;
	struct validity holds;
	struct place place;
};

struct config_port {
	uint32_t ifindex;
	char *name;	/* NULL: from port-name records */
	uint32_t *asns; /* the members on it; several: a reseller */
	size_t asn_count;
	uint64_t speed_bps;	 /* 0: from counter samples */
	uint64_t contracted_bps; /* 0: none */
	char **lag;		 /* names of the member ports of a LAG */
	size_t lag_count;
	enum config_role role;
	struct validity holds; /* one of several entries of this ifIndex */
	struct place place;
};

/* An ERSPAN session of a switch. */
struct config_erspan {
	uint32_t session; /* 0 to CONFIG_ERSPAN_SESSION_MAX */
	uint32_t ifindex; /* the port that it copies */
	char *port; /* its name, if that was said; NULL: the ifIndex was */
	struct place place;
};

struct config_switch {
	char name[CONFIG_NAME_SIZE];
	struct ipaddr agent; /* version 0 if is_made */
	bool has_sub_agent;
	uint32_t sub_agent;  /* valid if has_sub_agent */
	struct ipaddr *from; /* sources of datagrams and of ERSPAN packets that
			      * are believed; the agent if not said; none if
			      * is_made */
	size_t from_count;
	uint32_t roster_switch; /* 0: not said */
	struct place roster_switch_place;
	enum config_direction direction;
	enum config_scaling scaling;
	struct config_port *ports;
	size_t port_count;
	struct config_erspan *erspan; /* sessions, all different */
	size_t erspan_count;
	bool is_made; /* by nobody: it stands for mirrors whose switch is not
		       * said, and is the last one */
	struct place place;
};

/** Whether what a switch samples of the two directions may be combined. */
static inline bool config_is_combined(const struct config_switch *s)
{
	return s->direction == CONFIG_DIRECTION_BOTH ||
	       s->direction == CONFIG_DIRECTION_AUTO;
}

static inline bool config_is_corrected(const struct config_switch *s)
{
	return s->scaling == CONFIG_SCALING_CORRECTED ||
	       (s->scaling == CONFIG_SCALING_DEFAULT && config_is_combined(s));
}

/* Who sees a kind of graph, beside auditors and operators; in the order of how
 * few. A member who opted out is shown to itself alone. */
enum config_show {
	CONFIG_SHOW_PUBLIC,
	CONFIG_SHOW_LOGGED_IN,
	CONFIG_SHOW_OWN,   /* those whose it is */
	CONFIG_SHOW_STAFF, /* nobody else */
};

/* Kinds of graphs; those from CONFIG_SHOWN_MEMBER on are somebody's. */
enum config_shown {
	CONFIG_SHOWN_EXCHANGE,
	CONFIG_SHOWN_INFRASTRUCTURE,
	CONFIG_SHOWN_LOCATION,
	CONFIG_SHOWN_VLAN,
	CONFIG_SHOWN_SWITCH,
	CONFIG_SHOWN_MEMBERS, /* the list of who is here */
	CONFIG_SHOWN_MEMBER,  /* and its VLAN interfaces */
	CONFIG_SHOWN_PAIR,
	CONFIG_SHOWN_PORT,
	CONFIG_SHOWN_COUNT
};

struct config_web {
	struct config_endpoint *listen; /* 127.0.0.1:8080 if not said */
	struct place listen_place;
	size_t listen_count;
	char *users;	  /* NULL: none, only what is public is shown */
	char *state_dir;  /* NULL: web in the collector's */
	char *proxy_user; /* header with the name of a user; NULL: none */
	struct place proxy_user_place;
	enum config_show show[CONFIG_SHOWN_COUNT];
	enum config_access access;
	char *tls_certificate; /* NULL: HTTP in the clear; else both: */
	char *tls_key;
	uint32_t per_address;
	struct ipaddr *trusted_proxies;
	size_t trusted_proxy_count;
	struct ipaddr *metrics_from;
	size_t metrics_from_count;
	struct ipaddr *rrd_from; /* none: loopback addresses */
	size_t rrd_from_count;
};

/** "exchange" and so on. */
const char *config_shown_name(enum config_shown kind);

/** "logged_in" and so on. */
const char *config_show_name(enum config_show show);

/* The tree of RRD files for IXP Manager's Grapher. */
struct config_ixp_manager {
	char *tree;	   /* NULL: none is written */
	char **interfaces; /* which VLAN interface has which id; none: the
			    * mac_tables say */
	size_t interface_count;
	uint32_t pairs_max; /* most ordered pairs with files */
	uint32_t age_days;  /* a pair silent for longer gets no more zeros */
	struct place place;
};

/* The rrdcached that keeps the RRD files, instead of state_dir. */
struct config_rrdcached {
	bool used;
	char *socket; /* path of its socket; NULL: tcp */
	struct config_endpoint tcp;
	char *base; /* the folder of the files, below its base directory or
		     * absolute; "": the base directory itself */
	struct place place;
};

/* Who gets a copy of what comes in. */
struct config_relay {
	struct config_endpoint to;
	uint32_t asn; /* samples of this member alone; 0: all, unchanged */
	struct place place;
};

/* What reports are made with. */
struct config_reports {
	char *from;	    /* whose mails they are; NULL: not said */
	char *url;	    /* of the site, without a slash at its end or with;
			     * NULL: not said */
	char *recipients;   /* who gets mails (recipients.h); NULL: nobody */
	uint32_t threshold; /* per cent of a port's speed */
};

struct config {
	char *path; /* of the file itself */
	char *exchange_name;
	char *timezone; /* "UTC" if not said */
	struct place timezone_place;
	char **languages; /* "en" if not said */
	size_t language_count;
	struct place languages_place;
	char *state_dir;
	char *roster;
	bool has_roster_ixp;
	uint32_t roster_ixp;
	struct config_source *sources;
	size_t source_count;
	struct config_vlan *vlans; /* none: every roster VLAN, id as tag */
	size_t vlan_count;
	struct config_mac *macs;
	size_t mac_count;
	struct config_switch *switches;
	size_t switch_count;
	struct config_rrdcached rrdcached;
	struct config_web web;
	char **mac_tables; /* the first ones count */
	size_t mac_table_count;
	struct config_relay *relays; /* all different */
	size_t relay_count;
	struct config_ixp_manager ixp_manager;
	struct config_reports reports;
};

/** Whether it is to be found out which of IXP Manager's ids is whose. */
static inline bool config_names_ids(const struct config *config)
{
	return config->ixp_manager.tree ||
	       config->ixp_manager.interface_count > 0;
}

/**
 * Read a configuration file.
 *
 * Paths in it that are not absolute count from its own directory.
 *
 * @param out  on success the configuration, to be freed with config_free
 * @param d    gets every error and warning, with its place
 * @return 0; ERR_CONFIG (d says why); -ENOENT and other system errors for a
 *         file that cannot be read (d says so too)
 */
MUST_CHECK int config_load(struct config **out, const char *path,
			   struct diagnostics *d);

/** As config_load, of a text in memory; path stands in the messages. */
MUST_CHECK int config_parse(struct config **out, const char *path,
			    const char *text, size_t len,
			    struct diagnostics *d);

/** Free a configuration; NULL is fine. */
void config_free(struct config *config);

/** Called with the path of a file. */
typedef void (*config_file)(void *context, const char *path);

/** Tell of every file that is read with the configuration: itself, the roster
 * and what gives MAC addresses and ids. */
void config_each_file(const struct config *config, config_file each,
		      void *context);

/**
 * The mirror that frames of a file are read as: the first source of kind
 * MIRROR, else the first of kind ERSPAN, else NULL.
 */
const struct config_source *config_mirror(const struct config *config);

/**
 * Add a mirror that nobody wrote, with every default, if there is no mirror of
 * either kind. It is not printed, and has no interface to open. May move
 * switches and sources: nothing may point into them yet.
 *
 * @return 0 or -ENOMEM, with the configuration as it was or still to be freed
 */
MUST_CHECK int config_want_mirror(struct config *config);

/** Whether a source has IPv4 packets of GRE come in at some address. */
bool config_has_ipv4_receiver(const struct config *config);

/** Whether a source has the packets of GRE that go to an address. Which ones
 * this machine has is not known: "::" stands for all. */
bool config_receives(const struct config *config, const struct ipaddr *to);

/** Whether two sources say the same, wherever that stands; whose switch it
 * turned out to be apart. */
bool config_same_source(const struct config_source *a,
			const struct config_source *b);

bool config_same_endpoint(const struct config_endpoint *a,
			  const struct config_endpoint *b);

/** True if a socket that is bound to listen takes what is sent to addr, which
 * is an address of this machine, as far as the address goes. */
bool config_listens_for(const struct config_endpoint *listen,
			const struct ipaddr *addr);

/**
 * Append the configuration in canonical form, with its defaults: it reads
 * back to an equal configuration.
 */
void config_print(const struct config *config, struct text *out);

/** Append what it prints of a switch, up to its ports: and without them. */
void config_print_switch(const struct config_switch *s, struct text *out);

/** Append what it prints of one of a switch's ports:. */
void config_print_port(const struct config_port *p, struct text *out);

/** Append a speed as the configuration takes it: 10G, 2500M. */
void config_print_speed(uint64_t bps, struct text *out);

#endif
