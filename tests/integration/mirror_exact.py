#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replay a simulated exchange's mirrors and hold the result to its truth.

usage: mirror_exact.py COLLECTOR SIMULATOR [STORY...]

SPAN and ERSPAN in every form that the simulator writes: bytes and packets of
members, pairs, ports and strangers equal the truth. Then lengths that were
cut, copies that were lost, and wrong command lines.
"""
import os
import sys

import captures
import harness
import mirror_stories
from mirror_stories import all_bytes


class Exact(mirror_stories.Stories):
    def exactly(self):
        forms = {
            "span": ("--unknown-macs", 2),
            "span-tagged": ("--vlan-tagged",),
            "span-snapped": ("--mirror-snap", 64),
            "span-whole": ("--mirror-snap", 1600),
            "span-small": ("--frame-size", 64, "--traffic", "4M"),
            "span-large": ("--frame-size", 1518, "--vlan-tagged"),
            "erspan1": ("--mirror-erspan", "1"),
            "erspan1-v6": ("--mirror-erspan", "1", "--ipv6-agents"),
            "erspan2": ("--mirror-erspan", "2", "--unknown-macs", 3),
            "erspan2-v6": ("--mirror-erspan", "2", "--ipv6-agents",
                           "--vlan-tagged"),
            "erspan3": ("--mirror-erspan", "3", "--unknown-macs", 3),
            "erspan3-v6": ("--mirror-erspan", "3", "--ipv6-agents"),
            "erspan3+": ("--mirror-erspan", "3+", "--vlan-tagged"),
            "erspan3+-v6": ("--mirror-erspan", "3+", "--ipv6-agents"),
            "erspan2-small": ("--mirror-erspan", "2", "--frame-size", 64,
                              "--traffic", "4M"),
            "erspan2-snapped": ("--mirror-erspan", "2", "--mirror-snap", 128),
            "four-switches": ("--mirror-erspan", "3", "--switches", 4,
                              "--members", 30),
        }
        for seed in (range(1, 6) if self.long else (7,)):
            for name, options in forms.items():
                self.exactly_one(name, *options, "--seed", seed)
        self.truncated()
        self.lost()

    def exactly_one(self, name, *options):
        truth = self.simulate(name, *options)
        totals = self.mirror(name)
        given, sent = totals["input"], truth["sent"]
        self.exact(name, totals, truth)
        self.checks.equal(given["frames"], sent["mirrored"], f"{name}: frames")
        self.checks.equal(given["erspan_no_frame"], sent["mirror_markers"],
                          f"{name}: markers")
        self.checks.that((sent["mirror_markers"] > 0) == ("3+" in options),
                         f"{name}: markers are in 3+ alone")
        for key in ("frames_lost", "frames_merged", "frame_lengths_unknown",
                    "other_packets", "out_of_order", "broken_captures",
                    "datagrams", "flow_samples"):
            self.checks.equal(given[key], 0, f"{name}: {key}")
        for key, value in totals["ledger"]["dropped"].items():
            self.checks.equal(value, 0, f"{name}: dropped, {key}")
        if "--unknown-macs" in options:
            self.strangers(name, totals, truth,
                           places="2" in name or "3" in name)
        if "erspan3" in name or name == "four-switches":
            self.port_estimates(name, totals, truth)

    def truncated(self):
        """What the switch cut has its length from its IP header, where it has
        one: neighbour solicitations have, ARP is too short to be cut."""
        for kind in ("2", "3", "3+"):
            for size, more in ((64, ()), (64, ("--vlan-tagged",)), (100, ()),
                               (100, ("--ipv6-agents", "--vlan-tagged")),
                               (300, ("--mirror-snap", 96))):
                name = f"cut{kind}-{size}"
                truth = self.simulate(name, "--mirror-erspan", kind,
                                      "--mirror-truncate", size, *more)
                name = f"{name} {' '.join(map(str, more))}"
                totals = self.mirror(f"cut{kind}-{size}")
                self.exact(name, totals, truth)
                self.checks.equal(totals["input"]["frame_lengths_unknown"], 0,
                                  f"{name}: lengths unknown")
        # Type I has no bit that says so: what came is what counts.
        truth = self.simulate("cut1", "--mirror-erspan", "1",
                              "--mirror-truncate", 100)
        totals = self.mirror("cut1")
        self.balance("cut1", totals)
        packets = sum(f["packets"] for m in totals["members"]
                      for f in m["from_member"].values())
        true = sum(f["packets"] for m in truth["members"]
                   for f in m["from_member"].values())
        self.checks.equal(packets, true, "cut1: packets")
        self.checks.that(all_bytes(totals) <= 104 * packets,
                         "cut1: no more bytes than came")

    def lost(self):
        """By sequence numbers it is known how many; type I has none."""
        for kind in ("2", "3", "3+", "1"):
            name = f"lost{kind}"
            truth = self.simulate(name, "--mirror-erspan", kind,
                                  "--mirror-lose", 28)
            totals = self.mirror(name)
            given, sent = totals["input"], truth["sent"]
            self.balance(name, totals)
            self.checks.that(sent["mirror_lost"] > 1000,
                             f"{name}: {sent['mirror_lost']} were lost")
            true = 0 if kind == "1" else sent["mirror_lost"]
            # What is lost at a session's ends no number tells of.
            self.checks.that(true - 20 <= given["frames_lost"] <= true,
                             f"{name}: {true} lost, {given['frames_lost']} "
                             "noticed")
            self.checks.equal(given["frames"], sent["mirrored"],
                              f"{name}: frames")
            all_true = all_bytes(truth)
            self.checks.that(0.95 < all_bytes(totals) / all_true < 1,
                             f"{name}: {all_bytes(totals)} of {all_true}")

    def lengths(self):
        """What is held changes no length; a check sequence that is there is
        not added."""
        truth = self.simulate("fcs", "--seed", 4)
        totals = self.mirror("fcs", self.configure(
            "fcs", "mirror: { interface: mirror0, fcs: present }"))
        self.exact("fcs: present", totals, truth, tag=-4)
        for size, kind in ((14, None), (18, None), (34, None), (60, "3+"),
                           (82, "3+"), (100, "3+"), (50, "1"), (66, "2")):
            name = f"held{size}-{kind}"
            options = ("--mirror-erspan", kind) if kind else ()
            truth = self.simulate(name, "--seed", 4, "--ipv6-agents",
                                  *options)
            capture = self.path(f"{name}.mirror")
            packets = [(when, frame[:size], wire) for when, frame, wire in
                       self.packets_of(f"{name}.mirror")]
            harness.write(capture, captures.pcap(packets))
            totals = self.mirror(name)
            self.balance(name, totals)
            outer = 14 + 40 + {None: -54, "1": 4, "2": 16, "3+": 28}[kind]
            self.checks.equal(totals["input"]["frames_lost"], 0,
                              f"{name}: what is cut is not lost")
            if size >= outer + 14:
                self.exact(name, totals, truth)
            else:
                self.checks.equal(totals["ledger"]["attributed"], 0,
                                  f"{name}: nobody's")

    def refused(self):
        self.simulate("wrong", seconds=2)
        config = self.path("wrong/config.yaml")
        text = harness.write(self.path("text"), "no capture\n" * 9)
        packets = self.packets_of("wrong.mirror")[:9]
        wlan = harness.write(self.path("wlan"), captures.pcap(
            packets, link=captures.WLAN))
        for code, words, which in (
                (64, "CAPTURE", "mirror:"), (64, "CAPTURE", "mirrors:x"),
                (65, text, f"mirror:{text}"), (65, wlan, f"mirror:{wlan}"),
                (66, self.path("none"), f"mirror:{self.path('none')}"),
                (65, self.folder, f"mirror:{self.folder}")):
            done = harness.run([self.collector, "-c", config, "--replay",
                                which, "--totals", self.path("refused.json")])
            said = done.stderr.decode()
            self.checks.equal(done.returncode, code, f"exit of {which}")
            self.checks.that(words in said, f"{which}: it says so: {said}")
            self.checks.that(said.count("\n") <= 2, f"{which}: {said}")
            self.checks.that(not os.path.exists(self.path("refused.json")),
                             f"{which}: no totals")
        self.links(config, packets)
        self.without_switches()

    def links(self, config, packets):
        """What has no Ethernet header and no ERSPAN has no addresses."""
        for what, link in (("Linux cooked", captures.SLL),
                           ("raw IP", captures.RAW)):
            name = harness.write(self.path("link"),
                                 captures.pcap(packets, link=link))
            totals, _ = self.replay(config, f"mirror:{name}")
            self.balance(what, totals)
            self.checks.equal(totals["ledger"]["dropped"]
                              ["no_ethernet_header"], len(packets), what)

    def without_switches(self):
        """A mirror needs no source and no switch in the configuration; with
        several switches they are those of no one switch."""
        capture = f"mirror:{self.path('wrong.mirror')}"
        with open(self.path("wrong/config.yaml"), encoding="utf-8") as file:
            lines = file.read().split("\n")
        cut = [lines.index(k) for k in ("sources:", "vlans:", "switches:",
                                        "web:")]
        bare = harness.write(self.path("bare.yaml"), "\n".join(
            lines[:cut[0]] + lines[cut[1]:cut[2]] + lines[cut[3]:]))
        truth = harness.read_json(self.path("wrong/truth.json"))
        for what, config, switch in (
                ("no switch, no source", bare, "mirror"),
                ("several switches, no source", self.configure("wrong"),
                 "mirror"),
                ("a source's switch", self.configure(
                    "wrong", "mirror: { interface: m, switch: sw2 }",
                    to="sw2.yaml"), "sw2")):
            totals, said = self.replay(config, capture)
            self.exact(what, totals, truth)
            self.checks.that(said.count("\n") == said.count("found no port"),
                             f"{what}: {said}")
            frames = [s for s in self.stored(config, capture)["switches"]
                      if s["frames"]]
            self.checks.equal([s["name"] for s in frames], [switch], what)
            self.checks.equal(frames[0]["frames"], truth["sent"]["mirrored"],
                              f"{what}: its frames")


if __name__ == "__main__":
    sys.exit(mirror_stories.main(Exact, ("exactly", "lengths", "refused")))
