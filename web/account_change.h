/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ACCOUNT_CHANGE_H
#define LANTERNE_WEB_ACCOUNT_CHANGE_H

/* account_change — what the forms of /account do. */

#include "web/auth/principal.h"

/** A role in words, to be translated. */
const char *account_role(enum role role);

#endif
