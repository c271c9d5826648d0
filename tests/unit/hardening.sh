#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: hardening.sh PROGRAM...
# Programs that are installed have all that the compiler can do against faults.
set -euo pipefail
failures=0

# expect PROGRAM WHAT PATTERN TEXT
expect() {
	if ! grep -qE -- "$3" <<<"$4"; then
		echo "${1##*/}: $2"
		failures=$((failures + 1))
	fi
}

for program in "$@"; do
	header=$(readelf -hW "$program")
	segments=$(readelf -lW "$program")
	dynamic=$(readelf -dW "$program")
	names=$(readelf -sW --dyn-syms "$program")
	expect "$program" 'not position independent' 'Type: +DYN' "$header"
	expect "$program" 'executable stack' 'GNU_STACK.* RW +0x' "$segments"
	expect "$program" 'no RELRO' GNU_RELRO "$segments"
	expect "$program" 'relocations are writable' 'FLAGS_1.*NOW' "$dynamic"
	expect "$program" 'no stack protector' __stack_chk_fail "$names"
	expect "$program" 'not fortified' __snprintf_chk "$names"
	# 3 looks at sizes that are known at run time alone; 2 does not.
	expect "$program" 'not fortified for sizes of run time' '__mem[a-z]+_chk' \
		"$names"
	if [[ $header == *X86-64* ]]; then
		code=$(objdump -d --no-show-raw-insn --disassemble=main "$program")
		expect "$program" 'main is no target of indirect calls (CET)' \
			endbr64 "$code"
	fi
	if grep -qE 'RPATH|RUNPATH' <<<"$dynamic"; then
		echo "${program##*/}: looks for libraries in places of its own"
		failures=$((failures + 1))
	fi
	if [[ -u $program || -g $program ]]; then
		echo "${program##*/}: set-user-id"
		failures=$((failures + 1))
	fi
done
if [[ $failures -ne 0 || $# -eq 0 ]]; then
	echo "$failures failed"
	exit 1
fi
