#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: run.sh COLLECTOR [--rewrite]
# What --propose-ports prints of each folder beside this script, and that the
# configuration takes it.
set -eu
collector=$1
cd "$(dirname "$0")"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
bad=0

for folder in */; do
	name=${folder%/}
	"$collector" -c "$name/lanterne.yaml" --propose-ports \
		>"$made/$name" 2>/dev/null
	if [ "${2-}" = --rewrite ]; then
		cp "$made/$name" "$name/proposal.yaml"
	elif ! diff -u "$name/proposal.yaml" "$made/$name"; then
		bad=1
	fi
	# switches: is the last section there
	sed '/^switches:/,$d' "$name/lanterne.yaml" >"$made/$name.yaml"
	cat "$made/$name" >>"$made/$name.yaml"
	sed -i "s|\.\./members.json|$PWD/members.json|" "$made/$name.yaml"
	if ! "$collector" -c "$made/$name.yaml" --check-config \
		>/dev/null 2>"$made/said"; then
		echo "$name: pasted, it is refused:"
		cat "$made/said"
		bad=1
	fi
done
exit $bad
