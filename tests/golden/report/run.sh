#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: run.sh REPORT MAKE_EXCHANGE CLOSE_DAYS [--rewrite]
# What lanterne-report says of a made exchange: in a zone without summer time,
# and of the days of 23 and 25 hours of one that has it. Each line of `cases` is
# the name of a golden, the exchange that it is of, and the command.
set -eu
report=$1
make_exchange=$2
close_days=$3
cd "$(dirname "$0")"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
bad=0

# make NAME END HOURS
make() {
	end=$(date -ud "$2" +%s)
	"$make_exchange" "$made/$1" "$end" "$3"
}

# in_zone FROM NAME ZONE END: the same rows with the days of another zone
in_zone() {
	mkdir "$made/$2"
	ln -s "../$1/rrd" "$made/$2/rrd"
	cp "$made/$1/members.json" "$made/$1/status.json" "$made/$2/"
	sed "s|America/Marigot|$3|" "$made/$1/lanterne.yaml" >"$made/$2/lanterne.yaml"
	cat >>"$made/$2/lanterne.yaml" <<-END
	reports: { threshold: 60, url: "https://lanterne.example.net" }
	END
	"$close_days" "$made/$2" "$3" "$(date -ud "$4" +%s)"
}

make spring '2026-04-02 08:00' 640
in_zone spring paris-spring Europe/Paris '2026-04-02 08:00'
in_zone spring marigot America/Marigot '2026-04-02 08:00'
make autumn '2026-10-26 08:00' 60
in_zone autumn paris-autumn Europe/Paris '2026-10-26 08:00'

while read -r name exchange command; do
	case $name in '#'* | '') continue ;; esac
	# shellcheck disable=SC2086 # the words of the command
	"$report" $command -c "$made/$exchange/lanterne.yaml" >"$made/out" 2>&1 ||
		echo "exit $?" >>"$made/out"
	if [ "${4-}" = --rewrite ]; then
		cp "$made/out" "$name"
	elif ! diff -u "$name" "$made/out"; then
		echo "$name: not what $command gives"
		bad=1
	fi
done <cases
exit $bad
