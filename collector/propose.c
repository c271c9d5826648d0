/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/propose.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "collector/proposal_print.h"
#include "util/err.h"

static int complain(const char *path, int rc)
{
	if (rc == -ENOENT)
		(void)fprintf(stderr,
			      "lanterne-collector: %s: not there yet: run the "
			      "collector for some minutes, or a replay with "
			      "--store\n",
			      path);
	else if (rc < 0)
		(void)fprintf(stderr, "lanterne-collector: %s: %s\n", path,
			      err_str(rc));
	return rc;
}

static int print(const struct bindings *bindings,
		 const struct learned_ports *ports, int64_t until_us)
{
	struct proposals proposals;
	struct text out;
	int rc = proposals_make(&proposals, bindings, ports);

	if (rc < 0)
		return rc;
	text_init(&out);
	proposals_print(&out, &proposals, until_us);
	rc = text_ok(&out) ? 0 : -ENOMEM;
	if (rc == 0)
		(void)fputs(text_str(&out), stdout);
	text_fini(&out);
	proposals_fini(&proposals);
	return rc;
}

int propose_ports(const struct registry *registry)
{
	struct learned_ports ports = { 0 };
	struct bindings bindings;
	char path[PATH_MAX];
	int64_t until_us = 0;
	int rc = bindings_init(&bindings, registry);

	if (rc < 0)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/learned",
		       registry->config->state_dir);
	rc = learned_read(&bindings, &ports, &until_us, path);
	if (rc == 0)
		rc = print(&bindings, &ports, until_us);
	learned_ports_fini(&ports);
	bindings_fini(&bindings);
	return complain(path, rc);
}
