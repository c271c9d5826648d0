# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of frames in a capture of a mirror, as SPAN and ERSPAN have them. Reads
strictly what the simulator writes: whatever else it finds is a failure."""
import collections
import struct

ARP, IPV4, IPV6, VLAN = 0x0806, 0x0800, 0x86dd, 0x8100
FAMILIES = {IPV4: "ipv4", IPV6: "ipv6", ARP: "other"}
FCS = 4
MARKER = 7

# What stands around a copy; None where its kind has no such thing.
Outer = collections.namedtuple(
    "Outer", "kind agent session sequence vlan encapsulation cut index egress")

# A copied frame: wire_bytes is the whole frame's length with FCS.
Copy = collections.namedtuple(
    "Copy", "us outer src dst tag family wire_bytes inner")


class Wrong(Exception):
    """A packet is not what it has to be."""


def must(good, what):
    if not good:
        raise Wrong(what)


def records(path):
    """(us, wire length, bytes) of each packet of a pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    must(struct.unpack_from("<IHH", data) == (0xa1b2c3d4, 2, 4), "file head")
    at = 24
    while at < len(data):
        s, us, held, wire = struct.unpack_from("<4I", data, at)
        must(held <= wire and at + 16 + held <= len(data), "record's length")
        yield s * 1000000 + us, wire, data[at + 16:at + 16 + held]
        at += 16 + held


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def unwrap_ip(data, wire):
    """The agent, and where GRE begins, of what goes to the collector."""
    kind = struct.unpack_from(">H", data, 12)[0]
    if kind == IPV4:
        first, length, fragment, protocol = struct.unpack_from(
            ">B1xH2xH1xB", data, 14)
        must(first == 0x45 and protocol == 47, "GRE in IPv4")
        must(fragment == 0x4000, "not to be fragmented")
        must(checksum(data[14:34]) == 0xffff, "IPv4 header's checksum")
        must(length == wire - 14, "IPv4 length")
        must(data[30:34] == bytes((192, 0, 2, 200)), "the collector's address")
        return ".".join(map(str, data[26:30])), 34
    must(kind == IPV6 and data[14] == 0x60, "IP outside")
    length, protocol = struct.unpack_from(">HB", data, 18)
    must(protocol == 47 and length == wire - 54, "GRE in IPv6")
    must(data[38:54] == bytes.fromhex("20010db8" + "00" * 11 + "c8"),
         "the collector's address")
    return "2001:db8::" + format(data[37], "x"), 54


def unwrap_type_3(data, at, fields):
    """Behind the header of type III, and its kind."""
    word = struct.unpack_from(">H", data, at + 10)[0]
    fields["egress"] = bool(word & 8)
    if word >> 10 & 31 == MARKER:
        must(not word & 1, "a marker without subheader")
        return at + 12, "marker"
    must(word >> 10 == 0, "an Ethernet frame")
    if not word & 1:
        must(word >> 1 & 3 == 1, "100 ns")
        return at + 12, "3"
    must(word >> 1 & 3 == 2, "IEEE 1588")
    platform = struct.unpack_from(">I", data, at + 12)[0]
    must(platform >> 26 == 5, "the platform")
    fields["index"] = platform & 0xffff
    return at + 20, "3+"


def unwrap(data, wire):
    """The outer part, and where the frame begins."""
    agent, at = unwrap_ip(data, wire)
    flags, protocol = struct.unpack_from(">HH", data, at)
    fields = dict.fromkeys(Outer._fields)
    fields["agent"] = agent
    at += 4
    if flags == 0:
        must(protocol == 0x88be, "type I")
        return Outer(**{**fields, "kind": "1"}), at
    must(flags == 0x1000, "GRE with a sequence number alone")
    fields["sequence"], word = struct.unpack_from(">II", data, at)
    at += 4
    fields["vlan"] = word >> 16 & 0xfff
    fields["encapsulation"] = word >> 11 & 3
    fields["cut"] = bool(word >> 10 & 1)
    fields["session"] = word & 1023
    must(word >> 28 == (1 if protocol == 0x88be else 2), "version")
    if protocol == 0x88be:
        fields["index"] = struct.unpack_from(">I", data, at + 4)[0]
        return Outer(**{**fields, "kind": "2"}), at + 8
    must(protocol == 0x22eb, "type III")
    at, fields["kind"] = unwrap_type_3(data, at, fields)
    return Outer(**fields), at


def whole_bytes(data, at, kind):
    """The length without FCS of a frame that says it in its IP header."""
    if kind == IPV4:
        inside = struct.unpack_from(">H", data, at + 2)[0]
    else:
        must(kind == IPV6, "a cut frame says its length")
        inside = 40 + struct.unpack_from(">H", data, at + 4)[0]
    return at + max(inside, 46)


def copy_of(us, wire, data, erspan, truncated_to):
    """One packet as a Copy, a marker as a Copy without a frame."""
    outer, start = unwrap(data, wire) if erspan else (None, 0)
    if outer and outer.kind == "marker":
        must(wire - start == 72, "a marker's length")
        return Copy(us, outer, None, None, None, None, 0, b"")
    frame, length = data[start:], wire - start
    must(length >= 60, "a frame's length")
    kind, at, tag = struct.unpack_from(">H", frame, 12)[0], 14, None
    if kind == VLAN:
        tag, kind = struct.unpack_from(">HH", frame, 14)
        at = 18
    cut = length == truncated_to and kind != ARP and \
        whole_bytes(frame, at, kind) > length
    must(not outer or outer.cut in (None, cut), "the truncation bit")
    must(cut or kind == ARP or
         abs(whole_bytes(frame, at, kind) - length) == 0, "inner IP length")
    if cut:
        length = whole_bytes(frame, at, kind)
    return Copy(us, outer, frame[6:12].hex(":"), frame[:6].hex(":"), tag,
                FAMILIES[kind], length + FCS, frame[at:])


def read(path, erspan=False, truncated_to=0):
    """All copies of a capture, in its order."""
    return [copy_of(us, wire, data, erspan, truncated_to)
            for us, wire, data in records(path)]
