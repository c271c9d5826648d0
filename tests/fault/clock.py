#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A collector at work whose wall clock is set, and one that has no descriptors
left; a second one beside it.

usage: clock.py COLLECTOR STORE_SUM FAULT_SHIM [SCENARIO ...]

All that was sent is in the journal, no archived row is destroyed by a clock
that is not confirmed, rates are by the monotonic clock.
"""
import shutil
import signal
import sys
import tempfile
import threading
import time

import exchange
import store
from store import harness

UNAVAILABLE = 69
HOUR_S, DAY_S = 3600, 86400


class Clocked:
    def __init__(self, checks, programs, folder):
        collector, total, shim = programs
        self.checks = checks
        self.exchange = exchange.Exchange(
            checks, (collector, None, total, shim), folder, folder + "/state")
        self.controls = self.exchange.controls
        self.sets = []  # what the clock said before and after

    def begin(self, minutes=4):
        self.exchange.start(with_web=False)
        self.from_s = self.controls.wall_s() + 60
        self.controls.sleep(60 * (minutes + 1))
        self.before_s = self.controls.wall_s() - 60

    def set(self, seconds, synced):
        """Set the wall clock by so much."""
        before_s = self.controls.wall_s()
        self.sets += [before_s, before_s + seconds]
        self.controls.set("synced", synced)
        self.controls.set("wall_offset_us", self.controls.get(
            "wall_offset_us") + int(seconds * 1e6))

    def live_rows(self, from_s, to_s):
        """Beside the running collector: how many minutes are unknown."""
        return self.exchange.unknown_rows(self.exchange.kept(from_s), from_s,
                                          to_s)

    def finish(self, what):
        self.whole_s = self.controls.wall_s()
        self.exchange.switch.stop()
        self.controls.sleep(15)
        failed = self.checks.failed
        self.checks.equal(self.exchange.end(), 0, f"{what}: exit")
        status = self.exchange.status()
        self.checks.equal(status["input"]["datagrams"],
                          self.exchange.switch.sent, f"{what}: received")
        kept = self.exchange.kept(self.from_s)
        self.exchange.check_books(kept, 0, what)
        self.check_rates(kept, what)
        if self.checks.failed > failed:
            self.exchange.explain()
        return kept, (f"{what}: sent {self.exchange.switch.sent}, stored "
                      f"{kept.totals['exchange'][0]}, {self.checked} rates, "
                      f"{status['clock_jumps']} jumps, "
                      f"{status['store']['rows_old']} rows old")

    def check_rates(self, kept, what):
        """A minute's row says what was sent in it, to 1 %; but for some that
        came at either edge, and the minutes in which the clock was set."""
        checked = 0
        for (series, start_s), row in kept.rows.items():
            if series != "exchange" or row[0] != row[0] or \
                    start_s < self.from_s or start_s + 62 > self.whole_s or \
                    any(-2 < s - start_s < 62 for s in self.sets):
                continue
            sent = sum(start_s <= t < start_s + 60
                       for t in self.exchange.switch.times)
            got = row[0] * 60 / exchange.SAMPLE_BYTES
            self.checks.that(abs(got - sent) <= 0.01 * sent + 10,
                             f"{what}: row at {start_s}: {got:.1f} datagrams, "
                             f"{sent} were sent")
            checked += 1
        self.checks.that(checked > 0, f"{what}: rows to check")
        self.checked = checked


def hour_ahead(run):
    """Set an hour ahead, unconfirmed, and back: held, then left out."""
    run.begin()
    run.set(HOUR_S, 0)
    run.controls.sleep(150)
    run.checks.equal(run.live_rows(run.from_s, run.before_s), 0,
                     "an hour ahead: minutes unknown")
    run.set(-HOUR_S, 0)
    run.controls.sleep(180)
    back_s = run.controls.wall_s()
    run.controls.sleep(70)
    kept, line = run.finish("an hour ahead and back")
    run.checks.equal(run.exchange.unknown_rows(kept, run.from_s,
                                               run.before_s), 0,
                     "an hour ahead: minutes unknown at the end")
    run.checks.equal(run.exchange.unknown_rows(kept, back_s - 90, back_s), 0,
                     "an hour ahead: minutes unknown after it")
    ahead = [start_s for (series, start_s) in kept.rows
             if start_s > back_s + HOUR_S / 2]
    run.checks.equal(ahead, [], "an hour ahead: rows of then")
    return line


def month_ahead(run):
    """Thirty days ahead, for less than it takes to believe it: nothing is
    wiped."""
    run.begin()
    run.set(30 * DAY_S, 0)
    run.controls.sleep(200)
    run.checks.equal(run.live_rows(run.from_s, run.before_s), 0,
                     "30 days ahead: minutes unknown")
    run.set(-30 * DAY_S, 1)
    run.controls.sleep(150)
    kept, line = run.finish("30 days ahead and back")
    run.checks.equal(run.exchange.unknown_rows(kept, run.from_s,
                                               run.before_s), 0,
                     "30 days ahead: minutes unknown at the end")
    return line


def believed(run):
    """Thirty days ahead until it is believed; when it was wrong all the same,
    the rows come back."""
    run.begin()
    run.set(30 * DAY_S, 0)
    run.controls.sleep(450)
    ahead_s = run.controls.wall_s()
    run.controls.sleep(70)
    run.checks.equal(run.live_rows(ahead_s - 120, ahead_s - 60), 0,
                     "30 days ahead: minutes unknown once confirmed")
    run.checks.equal(run.exchange.status()["store"]["files_copied"], 0,
                     "30 days ahead: copies of files that were emptied")
    run.set(-30 * DAY_S, 1)
    run.controls.sleep(240)
    kept, line = run.finish("30 days ahead, believed, and back")
    run.checks.equal(run.exchange.unknown_rows(kept, run.from_s,
                                               run.before_s), 0,
                     "30 days ahead: minutes unknown at the end")
    return line


def hour_back(run):
    run.begin()
    run.set(-HOUR_S, 1)
    run.controls.sleep(240)
    run.set(HOUR_S, 1)
    run.controls.sleep(130)
    return run.finish("an hour back and ahead again")[1]


def suspended(run):
    """The machine stands still for an hour: unknown, no spike. What waited in
    the socket is of no known time."""
    run.begin()
    process = run.exchange.collector.process
    stopped_s = run.controls.wall_s()
    process.send_signal(signal.SIGSTOP)
    run.controls.sleep(60)
    run.controls.leap(HOUR_S)
    woken_s = run.controls.wall_s()
    process.send_signal(signal.SIGCONT)
    run.sets += [stopped_s, woken_s]
    run.controls.sleep(240)
    kept, line = run.finish("suspended")
    for from_s, to_s, name in ((run.from_s, run.before_s, "before"),
                               (woken_s + 60, run.whole_s - 60, "after")):
        run.checks.equal(run.exchange.unknown_rows(kept, from_s, to_s), 0,
                         f"suspended: minutes unknown {name}")
    known = [start_s for (series, start_s), row in kept.rows.items()
             if series == "exchange" and row[0] == row[0] and
             stopped_s + 30 < start_s < woken_s - 60]
    run.checks.equal(known, [], "suspended: minutes that are not unknown")
    run.checks.that(run.exchange.waited() > 0, "suspended: nothing waited")
    pauses = run.exchange.status()["pauses"]
    run.checks.that(pauses > 0, "suspended: no pause is told of")
    return f"{line}, {run.exchange.waited()} waited in {pauses} pauses"


def year_2039(run):
    run.set(2180000000 - run.controls.wall_s(), 1)
    run.begin()
    kept, line = run.finish("2039")
    run.checks.equal(run.exchange.unknown_rows(kept, run.from_s,
                                               run.before_s), 0,
                     "2039: minutes unknown")
    return line


def descriptors(run):
    """None left for two minutes, then as before."""
    run.begin(2)
    process = run.exchange.collector.process
    before = exchange.limit_descriptors(
        process, exchange.open_descriptors(process) - 2)
    run.controls.sleep(130)
    run.checks.equal(process.poll(), None, "descriptors: still running")
    exchange.limit_descriptors(process, before[0])
    run.controls.sleep(130)
    to_s = run.controls.wall_s() - 60
    kept, line = run.finish("no descriptors")
    run.checks.equal(run.exchange.unknown_rows(kept, run.from_s, to_s), 0,
                     "descriptors: minutes unknown")
    return line


def twice(run):
    """A second collector is turned away within a second."""
    run.begin(1)
    began = time.monotonic()
    second = run.exchange.run(run.exchange.collector_path, "second.log")
    run.checks.equal(second.process.wait(10), UNAVAILABLE, "exit of a second")
    took = time.monotonic() - began
    run.controls.sleep(60)
    return run.finish(f"two: the second went after {took * 1000:.0f} ms")[1]


SCENARIOS = {"hour_ahead": hour_ahead, "month_ahead": month_ahead,
             "believed": believed,
             "hour_back": hour_back, "suspended": suspended,
             "year_2039": year_2039,
             "descriptors": descriptors, "twice": twice}


def torment(checks, programs, name):
    folder = tempfile.mkdtemp(dir=store.scratch())
    run = Clocked(checks, programs, folder)
    try:
        print(SCENARIOS[name](run), flush=True)
    except (OSError, KeyError, SystemExit) as error:
        checks.that(False, f"{name}: {error!r}")
        run.exchange.explain()
    finally:
        run.exchange.end()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    checks = harness.Checks()
    threads = [threading.Thread(target=torment,
                                args=(checks, sys.argv[1:4], name))
               for name in sys.argv[4:] or SCENARIOS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
