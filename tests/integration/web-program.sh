#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: web-program.sh LANTERNE_WEB MAKE_EXCHANGE
# lanterne-web as an operator starts it: exit codes, the printed address, the
# end by a signal.
set -uo pipefail
web=$1
make_exchange=$2
dir=$(mktemp -d)
failures=0
pid=

finish() {
	if [[ -n $pid ]]; then
		kill "$pid" 2>/dev/null
	fi
	rm -rf "$dir"
}
trap finish EXIT

# expect CODE PATTERN ARGUMENTS...: an exit code, and what the output matches
expect() {
	local code=$1 pattern=$2 output status
	shift 2
	output=$(timeout 20 "$web" "$@" 2>&1)
	status=$?
	if [[ $status -ne $code || ! $output =~ $pattern ]]; then
		echo "lanterne-web $*: exit $status, expected $code;" \
			"output: $output"
		failures=$((failures + 1))
	fi
}

"$make_exchange" "$dir" || exit 1
config=$dir/lanterne.yaml

expect 0 '^usage: lanterne-web' --help
expect 0 '^lanterne-web [0-9.]+$' --version
expect 64 'usage: ' --no-such-option
expect 64 'unexpected argument: "more"' more
expect 64 'not ADDRESS:PORT: "8080"' --listen 8080
expect 66 'none.yaml' -c "$dir/none.yaml"
expect 0 'warning: AS64505' -c "$config" --check-config
expect 78 'loopback only' -c "$config" --listen 192.0.2.1:80
expect 78 'loopback only' -c "$config" --listen '[::]:8080'

sed 's/America\/Marigot/Nowhere\/Land/' "$config" >"$dir/zone.yaml"
expect 78 'Nowhere/Land' -c "$dir/zone.yaml" --check-config
sed 's/languages: \[en, fr\]/languages: [xx, fr]/' "$config" >"$dir/language.yaml"
expect 78 'does not speak "xx"; it speaks en,.* fr' -c "$dir/language.yaml" \
	--check-config
expect 78 'exchange.languages' -c "$dir/language.yaml"
sed 's/exchange:/exchanges:/' "$config" >"$dir/key.yaml"
expect 78 'key.yaml:1:' -c "$dir/key.yaml"
sed 's/members.json/missing.json/' "$config" >"$dir/roster.yaml"
expect 66 'missing.json' -c "$dir/roster.yaml"

# start LISTEN: leaves pid and url
start() {
	rm -f "$dir/out"
	"$web" -c "$config" --listen "$1" >"$dir/out" 2>"$dir/err" &
	pid=$!
	for _ in {1..100}; do
		if [[ -s $dir/out ]]; then
			break
		fi
		sleep 0.1
	done
	url=$(<"$dir/out")
}

# stop SIGNAL
stop() {
	local status
	kill -s "$1" "$pid"
	wait "$pid"
	status=$?
	pid=
	if [[ $status -ne 0 ]]; then
		echo "after SIG$1: exit $status: $(<"$dir/err")"
		failures=$((failures + 1))
	fi
}

# fetch PATH PATTERN: by a socket of the shell
fetch() {
	local port=${url##*:}
	exec 3<>"/dev/tcp/127.0.0.1/${port%/}"
	printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' \
		"$1" >&3
	answer=$(cat <&3)
	exec 3>&-
	[[ $answer =~ $2 ]]
}

# expect_page PATH PATTERN
expect_page() {
	if ! fetch "$@"; then
		echo "GET $1: ${answer:0:200}"
		failures=$((failures + 1))
	fi
}

start 127.0.0.1:0
if [[ ! $url =~ ^http://127\.0\.0\.1:[1-9][0-9]*/$ ]]; then
	echo "printed address: $url: $(<"$dir/err")"
	failures=$((failures + 1))
else
	port=${url##*:}
	expect_page / '^HTTP/1.1 200 OK.*Traffic of the exchange'
	expect_page /members/AS64500 'Totals from interface counters'
	expect_page /readyz $'\r\n\r\nok'
	expect_page /nothing '^HTTP/1.1 404 '
	expect 69 'cannot listen' -c "$config" --listen "127.0.0.1:${port%/}"
fi

# Reloaded by SIGHUP: whole or not at all.
cp "$config" "$dir/good.yaml"

# reloaded PATTERN PAGE: HUP, then wait until the page matches
reloaded() {
	kill -HUP "$pid"
	for _ in {1..50}; do
		if fetch "$2" "$1"; then
			return
		fi
		sleep 0.1
	done
	echo "after SIGHUP $2 does not match: $1"
	failures=$((failures + 1))
}

sed 's/exchange: { name: [^,]*,/exchange: { name: Renamed-IX,/' \
	"$dir/good.yaml" >"$config"
reloaded 'Renamed-IX' /
echo 'nonsense: 1' >>"$config"
reloaded 'lanterne.yaml:[0-9]+:1: error: ' /health
expect_page / 'Renamed-IX'
if ! grep -q 'reload refused' "$dir/err"; then
	echo "no word of the refused reload in the log: $(<"$dir/err")"
	failures=$((failures + 1))
fi
sed 's/^state_dir: .*/state_dir: elsewhere/' "$dir/good.yaml" >"$config"
reloaded 'state_dir changed: restart for that' /health
cp "$dir/good.yaml" "$config"
reloaded 'Traffic of the exchange' /
stop TERM
start 127.0.0.1:0
stop INT

if [[ $failures -ne 0 ]]; then
	echo "$failures failed"
	exit 1
fi
