#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at random points: nothing acknowledged is lost, nothing counts twice.

usage: kills.py STORE_WRITER STORE_SUM

LANTERNE_FAULT=long: a thousand times.
"""
import random
import signal
import subprocess
import sys
import tempfile
import time

import store
from store import harness

SHORT, LONG, PER_FOLDER = 60, 1000, 100
SEED = 20231114


def kill_after(tormented, seconds, pause_us):
    """A writer that is killed; what it said."""
    process = subprocess.Popen(tormented.command(100000, pause_us),
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    said = process.communicate()[0].decode(errors="replace")
    tormented.checks.equal(process.returncode, -signal.SIGKILL,
                           f"end of the writer: {said[-500:]}")
    return said


def delay(random_source):
    """A quarter while it starts or takes up, most at work."""
    if random_source.random() < 0.25:
        return random_source.uniform(0, 0.012)
    return random_source.uniform(0.01, 0.08)


def rest(tormented, random_source, counted):
    """Starts without anything to store change nothing; with the first part
    that comes in peace all files are right again."""
    for _ in range(random_source.randint(1, 3)):
        rc, tormented.said = store.run_writer(tormented, 0)
        tormented.checks.equal(rc, 0, "exit of an idle writer")
        counted["starts only"] += 1
    tormented.check_journal(tormented.read(), "after idle starts")
    rc, tormented.said = store.run_writer(tormented, 1)
    tormented.checks.equal(rc, 0, "exit of a writer left alone")
    tormented.next += 1
    kept = tormented.read()
    tormented.check_journal(kept, "after a part in peace")
    tormented.check_rows(kept, "after a part in peace")


def torment(tormented, kills, random_source):
    counted = {"parts": 0, "without a new part": 0, "starts only": 0,
               "late pairs": 0}
    for _ in range(kills):
        before = tormented.next
        said = kill_after(tormented, delay(random_source),
                          random_source.choice((0, 0, 500, 3000)))
        # Amid a write librrd leaves a file that says anything, until the
        # next start has mended it.
        tormented.take_stock(said, "after a kill")
        counted["without a new part"] += tormented.next == before
        if random_source.random() < 0.1:
            rest(tormented, random_source, counted)
    counted["parts"] = tormented.next
    counted["late pairs"] = len(tormented.pairs_missing)
    finish(tormented)
    return counted


def finish(tormented):
    """Left alone it ends with every step in its place."""
    count = 2 * store.PAIR_PARTS - tormented.next % store.PAIR_PARTS
    rc, tormented.said = store.run_writer(tormented, count)
    tormented.checks.equal(rc, 0, "exit of a writer left alone")
    tormented.next += count
    kept = tormented.read()
    tormented.check_journal(kept, "at the end")
    tormented.check_rows(kept, "at the end")
    tormented.checks.equal(kept.damaged, 0, "damaged files")


def main():
    checks = harness.Checks()
    random_source = random.Random(SEED)
    left = LONG if store.is_long() else SHORT
    kills, sums = left, {}
    while left > 0:
        with tempfile.TemporaryDirectory(dir=store.scratch()) as folder:
            tormented = store.Store(checks, sys.argv[1:3], folder)
            counted = torment(tormented, min(left, PER_FOLDER), random_source)
        for name, count in counted.items():
            sums[name] = sums.get(name, 0) + count
        left -= PER_FOLDER
    print(f"kills: {kills} kills, " +
          ", ".join(f"{count} {name}" for name, count in sums.items()))
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
