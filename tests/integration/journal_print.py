#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What --journal does with whole files, cut ones, broken ones, later ones and
none: its exit codes, its words, and the records before the damage.

usage: journal_print.py COLLECTOR GOLDEN_DIRECTORY
"""
import json
import os
import shutil
import struct
import sys
import tempfile

import harness

DATA_ERROR, NO_INPUT, IO_ERROR = 65, 66, 74
HEADER = 32


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def frame_ends(data):
    """Where the header and each record of a file end, by the document."""
    ends = [HEADER]
    while ends[-1] < len(data):
        length, crc = struct.unpack_from("<II", data, ends[-1])
        body = data[ends[-1] + 8:ends[-1] + 8 + length]
        assert len(body) == length and crc == crc32c(body)
        ends.append(ends[-1] + 8 + length)
    return ends


def print_file(collector, path):
    done = harness.run([collector, "--journal", path])
    lines = done.stdout.decode().splitlines()
    return done, [json.loads(line) for line in lines]


def find(folder, prefix):
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.startswith(prefix) and name.endswith(".jnl")]


def check_shape(checks, collector, folder):
    """Members stand in records of steps alone, and all sums add up."""
    samples = {"members": 0, "pairs": 0}
    for path in find(folder, ""):
        done, records = print_file(collector, path)
        checks.equal(done.returncode, 0, f"exit for {path}")
        checks.equal(done.stderr, b"", f"words for {path}")
        for record in records:
            for key in ("seq", "kind", "start", "from", "to", "covered",
                        "edge", "members", "pairs", "ports"):
                checks.that(key in record, f"{path}: {key} in {record}")
            if record["kind"].startswith("pair"):
                checks.equal(record["members"], [], f"{path}: members")
            else:
                checks.equal(record["pairs"], [], f"{path}: pairs")
            for name in samples:
                for entry in record[name]:
                    ways = [entry] if name == "pairs" else [
                        entry["from_member"], entry["to_member"]]
                    samples[name] += sum(
                        way[family]["samples"] for way in ways
                        for family in ("ipv4", "ipv6", "other")
                        if family in way)
    # Written were 22 a unit in steps of 7, 3, 9 and a part of 8 units, and 14
    # a unit in a pair step of 6 and a part of 2; the rest is replaced.
    checks.equal(samples, {"members": 22 * 27, "pairs": 14 * 8},
                 "all samples")


def check_cuts(checks, collector, folder, scratch):
    path = find(folder, "steps-")[0]
    with open(path, "rb") as file:
        data = file.read()
    ends = frame_ends(data)
    copy = os.path.join(scratch, "cut.jnl")
    for size in list(range(0, len(data), 31)) + ends:
        harness.write(copy, data[:size])
        done, records = print_file(collector, copy)
        whole = sum(end <= size for end in ends[1:])
        good = size in ends
        checks.equal(len(records), whole, f"records of {size} bytes")
        checks.equal(done.returncode, 0 if good else DATA_ERROR,
                     f"exit for {size} bytes")
        if not good:
            checks.equal(done.stderr.count(b"\n"), 1, f"{done.stderr}")
            checks.that(copy.encode() in done.stderr, f"{done.stderr}")
        if not good and size > HEADER:
            where = max(end for end in ends if end <= size)
            checks.that(f"byte {where} ".encode() in done.stderr,
                        f"where {size} bytes are damaged: {done.stderr}")


def check_broken(checks, collector, folder, scratch):
    path = find(folder, "steps-")[0]
    with open(path, "rb") as file:
        data = bytearray(file.read())
    copy = os.path.join(scratch, "broken.jnl")
    data[-1] ^= 1
    harness.write(copy, bytes(data))
    done, records = print_file(collector, copy)
    checks.equal((done.returncode, len(records)), (DATA_ERROR, 1), "a bit")
    struct.pack_into("<H", data, 8, 9)
    struct.pack_into("<I", data, HEADER - 4, crc32c(data[:HEADER - 4]))
    harness.write(copy, bytes(data))
    done, records = print_file(collector, copy)
    checks.equal((done.returncode, records), (DATA_ERROR, []), "version 9")
    for word in (copy, "later version", "9", "up to 1"):
        checks.that(word in done.stderr.decode(),
                    f"{word} in {done.stderr}")


def check_none(checks, collector, scratch):
    text = harness.write(os.path.join(scratch, "text"), "no journal\n")
    empty = harness.write(os.path.join(scratch, "empty"), "")
    for path, code in ((text, DATA_ERROR), (empty, DATA_ERROR),
                       (scratch, DATA_ERROR), ("/dev/null", DATA_ERROR),
                       (os.path.join(scratch, "nowhere"), NO_INPUT)):
        done, records = print_file(collector, path)
        checks.equal((done.returncode, records), (code, []), f"for {path}")
        checks.that(path.encode() in done.stderr, f"{path}: {done.stderr}")


def check_full(checks, collector, folder):
    if not os.path.exists("/dev/full"):
        return
    path = find(folder, "steps-")[0]
    with open("/dev/full", "wb") as full:
        code = harness.subprocess.run(
            [collector, "--journal", path], stdout=full,
            stderr=harness.subprocess.DEVNULL, check=False).returncode
    checks.equal(code, IO_ERROR, "exit where nothing can be printed")


def main():
    collector, golden = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(scratch, "journal")
        shutil.copytree(os.path.join(golden, "journal", "version-1"), folder)
        check_shape(checks, collector, folder)
        check_cuts(checks, collector, folder, scratch)
        check_broken(checks, collector, folder, scratch)
        check_none(checks, collector, scratch)
        check_full(checks, collector, folder)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
