#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: run.sh RULES - the alert rules as Prometheus' own tool sees them.
set -eu
if ! command -v promtool >/dev/null; then
	echo "skipped: no promtool (scripts/setup --tests)"
	exit 77
fi
promtool check rules "$1"
cd "$(dirname "$0")"
promtool test rules ./*.test.yml
