/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SUBJECT_FIND_H
#define LANTERNE_WEB_SUBJECT_FIND_H

/*
 * subject_find — what a query names: exchange · member?asn= ·
 * interface?asn=&vlan=&ordinal= · pair?a=&b=&vlan= · port?switch=&ifindex= ·
 * infrastructure?id= · location?name= · vlan?vlan= · switch?name=.
 */

#include "util/attr.h"
#include "web/subject.h"

/**
 * Find what a request's parameters name.
 *
 * @param kind  "member", of len bytes
 * @return false: there is none such; else out is to be freed by subject_fini
 */
MUST_CHECK bool subject_find(struct subject *out, const struct call *call,
			     const char *kind, size_t len);

#endif
