# SPDX-License-Identifier: GPL-2.0-or-later
"""A store that is tormented: what store-writer is given is known to the byte,
so what is stored can be held against it."""
import math
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "integration"))
import harness  # noqa: E402  (the checks are the integration tests')

START_S = 1700000100
PART_S, STEP_S, PAIR_STEP_S = 10, 60, 300
PARTS, PAIR_PARTS = STEP_S // PART_S, PAIR_STEP_S // PART_S
PAIR = "pair-AS64500-AS64501-VLAN-100"
BOTH = ("exchange", "VLAN-100", "switch-sw1")
FROM, TO, AGENT = "member-AS64500", "member-AS64501", "agent-sw1"
SERIES = BOTH + (FROM, TO, AGENT)
LOOK_BACK_S = 2 * 3600


def is_long():
    return os.environ.get("LANTERNE_FAULT") == "long"


def scratch():
    """Where a test's files are, in memory if there is room: librrd wants a
    file's whole size on the disk."""
    room = "/dev/shm"
    try:
        at = os.statvfs(room)
        if os.access(room, os.W_OK) and at.f_bavail * at.f_frsize > 1 << 30:
            return room
    except OSError:
        pass
    return None


def shares(parts, series):
    """Samples and bytes from and to, of these parts, for a series."""
    samples, total = len(parts), sum(parts)
    if series in BOTH:
        return (samples, total, samples, total)
    if series == TO:
        return (0, 0, samples, total)
    if series == AGENT:
        return (samples, 0, 0, 0)
    return (samples, total, 0, 0)


class Kept:
    """What store-sum found."""

    def __init__(self, text):
        self.totals, self.steps, self.rows, self.bad = {}, {}, {}, []
        self.covered, self.damaged = {}, 0
        for line in text.splitlines():
            word = line.split()
            if word[0] == "total":
                self.totals[word[1]] = tuple(map(int, word[3:]))
            elif word[0] == "step":
                at = (word[4], int(word[2]))
                amounts = tuple(map(int, word[5:]))
                before = self.steps.get(at, (0, 0, 0, 0))
                self.steps[at] = tuple(map(sum, zip(before, amounts)))
                if word[4] == "exchange":
                    self.covered[at[1]] = self.covered.get(at[1], 0) + \
                        float(word[3])
            elif word[0] == "row":
                self.rows[(word[1], int(word[2]))] = tuple(map(float,
                                                               word[4:]))
            elif word[0] == "damaged":
                self.damaged = int(word[1])
            else:
                self.bad.append(line)

    def count(self, series):
        """How many parts a series holds, by its samples."""
        return self.totals.get(series, (0, 0, 0, 0))[2 if series == TO else 0]


class Store:
    """A state_dir, and which parts must be in it."""

    def __init__(self, checks, programs, folder):
        self.checks = checks
        self.writer, self.sum = programs
        self.folder = folder
        self.anew()

    def anew(self):
        """Begin with nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.missing = set()       # parts of steps that were reported lost
        self.pairs_missing = set()  # and of pairs
        self.excused = set()       # rows of which something was lost
        self.next = 0              # the part with which to go on
        self.said = ""

    def command(self, count, pause_us=0):
        return [self.writer, self.folder, str(self.next), str(count),
                str(pause_us)]

    def read(self):
        from_s = max(START_S, START_S + self.next * PART_S - LOOK_BACK_S)
        done = harness.run([self.sum, self.folder, from_s])
        kept = Kept(done.stdout.decode())
        if not self.checks.that(done.returncode == 0 and not kept.bad,
                                f"store-sum: {kept.bad} "
                                f"{done.stderr.decode()[-500:]}"):
            self.explain()
        return kept

    def explain(self):
        print(f"    in {self.folder}; the writer said:\n    " +
              self.said[-1500:].replace("\n", "\n    "))

    def parts(self, first, last, missing=frozenset()):
        return [n for n in range(max(first, 0), last) if n not in missing]

    def check_journal(self, kept, what):
        """Every part of a series once, to the last one that is there."""
        failed = self.checks.failed
        steps = self.parts(0, self.next, self.missing)
        pairs = self.parts(0, self.next, self.pairs_missing)
        for series in SERIES:
            self.checks.equal(kept.totals.get(series, (0, 0, 0, 0)),
                              shares(steps, series), f"{what}: {series}")
        self.checks.equal(kept.totals.get(PAIR, (0, 0, 0, 0)),
                          shares(pairs, PAIR), f"{what}: {PAIR}")
        for (series, start_s), amounts in kept.steps.items():
            first = (start_s - START_S) // PART_S
            count = PAIR_PARTS if series == PAIR else PARTS
            missing = self.pairs_missing if series == PAIR else self.missing
            self.checks.equal(
                amounts,
                shares(self.parts(first, min(first + count, self.next),
                                  missing), series),
                f"{what}: {series} in the step of part {first}")
        if self.checks.failed > failed:
            self.explain()

    def row_of(self, series, start_s):
        """What a row must say; None: of a step with parts missing."""
        first = (start_s - START_S) // PART_S
        count = PAIR_PARTS if series == PAIR else PARTS
        missing = self.pairs_missing if series == PAIR else self.missing
        if any(n in missing for n in range(first, first + count)):
            return None
        amounts = shares(range(first, first + count), series)
        seconds = count * PART_S
        if series == PAIR:
            return (amounts[1] / seconds, amounts[3] / seconds)
        if series == AGENT:
            return (amounts[0] / seconds,)
        return (amounts[1] / seconds, amounts[3] / seconds,
                amounts[0] / seconds, amounts[2] / seconds)

    def check_rows(self, kept, what, may_lack=False, lost=False):
        """Every closed step's row is right. may_lack: or is not there yet;
        lost: and may never be. Returns how many are unknown."""
        failed, unknown = self.checks.failed, 0
        from_s = max(START_S, START_S + self.next * PART_S - LOOK_BACK_S)
        for series in SERIES + (PAIR,):
            step_s = PAIR_STEP_S if series == PAIR else STEP_S
            first = -(-(from_s - START_S) // step_s)
            for n in range(first, self.next * PART_S // step_s):
                start_s = START_S + n * step_s
                at = (series, start_s)
                is_unknown = self.check_row(kept, what, at, may_lack)
                if is_unknown and lost:
                    self.excused.add(at)
                unknown += is_unknown
        if self.checks.failed > failed:
            self.explain()
        return unknown

    def check_row(self, kept, what, at, may_lack):
        wanted = self.row_of(*at)
        got = kept.rows.get(at, (math.nan,))
        if all(math.isnan(v) for v in got):
            self.checks.that(may_lack or wanted is None or
                             at in self.excused,
                             f"{what}: row of {at[0]} at {at[1]} is unknown")
            return 1
        if wanted is not None:
            self.checks.that(
                len(got) == len(wanted) and
                all(abs(a - b) <= 1e-9 * abs(b)
                    for a, b in zip(got, wanted)),
                f"{what}: row of {at[0]} at {at[1]}: {got}, not {wanted}")
        return 0

    def last_stored(self, said):
        """The last part that the writer called stored; one before its first
        if none."""
        found = re.findall(r"^stored (\d+)$", said, re.M)
        return int(found[-1]) if found else self.next - 1

    def take_stock(self, said, what, given=None):
        """After a writer's sudden end: go on behind what is there. given: it
        was given the parts before this one and ended by itself; else it was
        killed, and one part may be there without having been told."""
        self.said = said
        acknowledged = self.last_stored(said) + 1
        given = given or acknowledged + 1
        kept = self.read()
        there = kept.count("exchange") + len(self.missing)
        failed = self.checks.failed
        self.checks.that(acknowledged <= there <= given,
                         f"{what}: {acknowledged} parts were acknowledged, "
                         f"{there} are there")
        pairs = kept.count(PAIR) + len(self.pairs_missing)
        self.checks.that(acknowledged <= pairs <= there,
                         f"{what}: {acknowledged} parts were acknowledged, "
                         f"{pairs} of pairs are there")
        if self.checks.failed > failed:
            self.explain()
            sys.exit(self.checks.finish())
        # The streams are synced one after the other: the last part may be in
        # one of them only.
        self.pairs_missing.update(range(pairs, there))
        self.next = there
        self.check_journal(kept, what)
        return kept


def run_writer(store, count, pause_us=0, prefix=(), timeout=120, env=None):
    """Run to the end; returns the exit status and what was said."""
    done = subprocess.run(list(prefix) + store.command(count, pause_us),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, check=False, env=env)
    return done.returncode, (done.stdout + done.stderr).decode(
        errors="replace")
