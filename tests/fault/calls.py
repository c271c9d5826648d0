#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Killed at every system call of a flush, and every call failing once.

usage: calls.py kill|errors STORE_WRITER STORE_SUM
       calls.py memory STORE_WRITER STORE_SUM FAULT_SHIM

A writer takes up the parts of an open minute, closes it and with it the step
of the pairs, and begins the next one, under strace, which kills it at the n-th
call of a kind, or has that call fail: once, or from there on. Or the n-th allocation of memory fails.
LANTERNE_FAULT=long: for every n; else for some.
"""
import collections
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import store
from store import harness

CALLS = ("openat", "close", "read", "write", "writev", "pwrite64", "fdatasync",
         "fsync", "ftruncate", "fallocate", "rename", "renameat", "renameat2",
         "unlink", "unlinkat", "mkdir", "mkdirat", "mmap", "munmap", "msync",
         "fcntl", "newfstatat", "getdents64", "pread64")
# Killing between two calls that only read shows nothing new.
KILL_CALLS = tuple(c for c in CALLS if c not in (
    "read", "newfstatat", "getdents64", "pread64"))
ERRORS = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
LEAD = 26   # parts of a pair's step that are there already
GIVEN = 6   # parts under strace: its last four and two of the next
SKIPPED = 77
SHORT_KILLS, SHORT_ERRORS, SHORT_MEMORY = 40, 50, 40
# The controls of fault_shim.c that are of use here.
CONTROLS = struct.Struct("<8q")
FAIL_ALLOCATION, ALLOCATIONS = 5, 6
RUNS_PER_FOLDER = 150
SEED = 4711


def strace(tormented, log, *options):
    return subprocess.run(
        ["strace", "-f", "-o", log, *options, *tormented.command(GIVEN)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        check=False)


def lead(tormented):
    """Have it stand before the last parts of a pair's step."""
    count = (LEAD - tormented.next) % store.PAIR_PARTS
    if count < 2:
        count += store.PAIR_PARTS
    rc, tormented.said = store.run_writer(tormented, count)
    tormented.checks.equal(rc, 0, "exit of an untouched writer")
    tormented.next += count


def points(tormented, folder, calls):
    """Which call of which kind: from the first one that touches the store."""
    log = folder + "/trace"
    lead(tormented)
    done = strace(tormented, log, "-e", "trace=" + ",".join(
        "?" + call for call in calls))
    tormented.said = done.stdout.decode(errors="replace")
    tormented.checks.equal(done.returncode, 0,
                           f"exit under strace: {tormented.said[-500:]}")
    tormented.next += GIVEN
    seen, found, at_work = collections.Counter(), [], False
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            call = re.match(r"\d+ +(\w+)\(", line)
            if not call or call[1] not in calls:
                continue
            seen[call[1]] += 1
            at_work = at_work or tormented.folder + "/" in line
            if at_work:
                found.append((call[1], seen[call[1]]))
    return found


def some(found, count, random_source):
    """All of them, or in the short form a few; rare calls are all there."""
    if store.is_long():
        return found
    number = collections.Counter(call for call, _ in found)
    weights = [1 / number[call] for call, _ in found]
    picked = set()
    while len(picked) < min(count, len(found)):
        picked.add(random_source.choices(range(len(found)), weights)[0])
    return [found[i] for i in sorted(picked)]


def run_short_of(tormented, shim, n):
    """Run with the n-th allocation failing; how it ended, and how many there
    were."""
    path = tormented.folder + "-controls"
    controls = [0] * 8
    controls[FAIL_ALLOCATION] = n
    harness.write(path, CONTROLS.pack(*controls))
    done = subprocess.run(
        tormented.command(GIVEN), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=120, check=False,
        env={**os.environ, "LD_PRELOAD": shim, "FAULT_SHIM": path})
    with open(path, "rb") as file:
        return done, CONTROLS.unpack(file.read())[ALLOCATIONS]


def may_spoil(what):
    """What cannot be read, or held, is lost, and that is told."""
    if what.startswith("no memory"):
        return True
    return what.startswith("EIO from ") and what.split()[2] in (
        "openat", "read", "pread64", "newfstatat", "fcntl")


class Bench:
    def __init__(self, checks, programs):
        self.checks = checks
        self.programs = programs
        self.random = random.Random(SEED)
        self.counted = collections.Counter()

    def runs(self, calls, count):
        """The calls of interest, and a store for each lot of them."""
        with tempfile.TemporaryDirectory(dir=store.scratch()) as folder:
            tormented = store.Store(self.checks, self.programs, folder + "/a")
            found = points(tormented, folder, calls)
        chosen = some(found, count, self.random)
        for at in range(0, len(chosen), RUNS_PER_FOLDER):
            with tempfile.TemporaryDirectory(dir=store.scratch()) as folder:
                tormented = store.Store(self.checks, self.programs,
                                        folder + "/a")
                for call, n in chosen[at:at + RUNS_PER_FOLDER]:
                    yield tormented, call, n
                    # Pairs are kept for 48 hours; all is summed up here.
                    if tormented.next * store.PART_S > 40 * 3600:
                        self.finish(tormented)
                        tormented.anew()
                self.finish(tormented)

    def finish(self, tormented):
        lead(tormented)
        kept = tormented.read()
        tormented.check_journal(kept, "at the end")
        tormented.check_rows(kept, "at the end")
        self.checks.equal(kept.damaged, 0, "damaged files")

    def kill(self):
        for tormented, call, n in self.runs(KILL_CALLS, SHORT_KILLS):
            what = f"killed at {call} {n}"
            lead(tormented)
            done = strace(tormented, "/dev/null", "-e", f"trace={call}", "-e",
                          f"inject={call}:signal=KILL:when={n}")
            said = done.stdout.decode(errors="replace")
            if done.returncode == 0:  # it made fewer calls this time
                self.counted["not reached"] += 1
            kept = tormented.take_stock(said, what)
            tormented.check_rows(kept, what, may_lack=True)
            self.counted["kills"] += 1
        return self.counted

    def errors(self):
        for tormented, call, n in self.runs(CALLS, SHORT_ERRORS):
            errors = ERRORS + (("ENOMEM",) if call == "mmap" else ())
            if not store.is_long():
                errors = (self.random.choice(errors),)
            for error in errors:
                self.fail(tormented, call, f"{n}", error)
                self.fail(tormented, call, f"{n}+", error)
        return self.counted

    def fail(self, tormented, call, when, error):
        what = f"{error} from {call} {when}"
        lead(tormented)
        done = strace(tormented, "/dev/null", "-e", f"trace={call}", "-e",
                      f"inject={call}:error={error}:when={when}")
        self.see(tormented, done, what)

    def see(self, tormented, done, what):
        """How the writer took it."""
        tormented.said = done.stdout.decode(errors="replace")
        self.counted["failures"] += 1
        # 74: it could not even begin, and said so.
        if not self.checks.that(
                done.returncode == 0 or
                (done.returncode == 74 and "cannot begin" in tormented.said),
                f"{what}: exit {done.returncode}"):
            tormented.explain()
        if done.returncode == 74:
            self.counted["could not begin"] += 1
            tormented.check_journal(tormented.read(), what)
            return
        self.balance(tormented, what)

    def memory(self, shim):
        with tempfile.TemporaryDirectory(dir=store.scratch()) as folder:
            tormented = store.Store(self.checks, self.programs, folder + "/a")
            lead(tormented)
            done, count = run_short_of(tormented, shim, 0)
            self.see(tormented, done, "without a failure")
            self.checks.that(count > 0, "allocations that can fail")
            chosen = range(1, count + 1)
            if not store.is_long():
                chosen = sorted(self.random.sample(chosen, SHORT_MEMORY))
            for n in chosen:
                lead(tormented)
                done, _ = run_short_of(tormented, shim, n)
                self.see(tormented, done, f"no memory at allocation {n}")
            self.finish(tormented)
        return self.counted

    def spoiled(self, tormented, given, what):
        """Something was lost: that was said, and nothing counts twice."""
        kept = tormented.read()
        for series in store.SERIES + (store.PAIR,):
            most = store.shares(range(given), series)
            got = kept.totals.get(series, (0, 0, 0, 0))
            self.checks.that(all(a <= b for a, b in zip(got, most)),
                             f"{what}: {series}: {got}, given {most}")
        self.counted["losses told"] += 1
        tormented.anew()

    def balance(self, tormented, what):
        """What was given is there, or was said to be lost."""
        end = re.search(r"^ended: waiting (\d+) lost (\d+) failed (\d+) "
                        r"held (\d+) behind (\d+)", tormented.said, re.M)
        if not self.checks.that(end, f"{what}: no account"):
            tormented.explain()
            return
        waiting, lost, failed, held, behind = map(int, end.groups())
        given = tormented.next + GIVEN
        if failed and may_spoil(what):
            self.spoiled(tormented, given, what)
            return
        kept = tormented.take_stock(tormented.said, what, given)
        complete = tormented.next == given and \
            tormented.next - 1 not in tormented.pairs_missing
        if not self.checks.that(complete or waiting + lost + failed > 0,
                                f"{what}: parts are missing, none was "
                                "reported"):
            tormented.explain()
        lacking = tormented.check_rows(
            kept, what, held + behind + waiting + failed > 0, failed > 0)
        self.counted["waiting at the end"] += waiting
        self.counted["rows held"] += held
        self.counted["rows lacking"] += lacking


def main():
    if sys.argv[1] != "memory" and not shutil.which("strace"):
        print("skipped: no strace")
        return SKIPPED
    checks = harness.Checks()
    bench = Bench(checks, sys.argv[2:4])
    forms = {"kill": bench.kill, "errors": bench.errors,
             "memory": lambda: bench.memory(sys.argv[4])}
    counted = forms[sys.argv[1]]()
    print(f"{sys.argv[1]}: " + ", ".join(f"{count} {name}" for name, count in
                                         counted.items()))
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
