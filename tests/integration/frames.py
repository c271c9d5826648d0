# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames of captures, and sFlow made of them: what the tests need that hold
the collector to captures of other people's networks."""
import collections
import struct

ETHERNET, RAW = 1, 101
AGENT = bytes((192, 0, 2, 1))
SFLOW_PORT = 6343
HEADER_BYTES = 128
SAMPLES_PER_DATAGRAM = 7
START = 1700000040

Frame = collections.namedtuple("Frame", "link wire_bytes data")


def read_pcap(data):
    """Frames of a pcap file, up to where it breaks off."""
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1",
                                b"\x34\xcd\xb2\xa1") else ">"
    link = struct.unpack_from(order + "I", data, 20)[0] & 0x0fffffff
    at, frames = 24, []
    while at + 16 <= len(data):
        held, wire = struct.unpack_from(order + "II", data, at + 8)
        if at + 16 + held > len(data):
            break
        frames.append(Frame(link, wire, data[at + 16:at + 16 + held]))
        at += 16 + held
    return frames


def read_pcapng(data):
    frames, links, at, order = [], [], 0, "<"
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8] == 0x4d else ">"
            links = []
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or at + length > len(data):
            break
        if kind == 1:
            links.append(struct.unpack_from(order + "H", data, at + 8)[0])
        if kind == 6:
            i, _, _, held, wire = struct.unpack_from(order + "5I", data,
                                                     at + 8)
            if 32 + held > length:
                break
            frames.append(Frame(links[i], wire,
                                data[at + 28:at + 28 + held]))
        at += length
    return frames


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    return read_pcapng(data) if data[0] == 0x0a else read_pcap(data)


def flow_sample(sequence, frame):
    """One ingress sample at port 1, at a sampling rate of 1."""
    header = frame.data[:HEADER_BYTES]
    record = struct.pack(">IIII", 1, frame.wire_bytes, 0, len(header)) + \
        header + bytes(-len(header) % 4)
    sample = struct.pack(">IIIIIIII", sequence, 1, 1, sequence, 0, 1, 0, 1) + \
        struct.pack(">II", 1, len(record)) + record
    return struct.pack(">II", 1, len(sample)) + sample


def datagram(sequence, samples):
    return struct.pack(">II4sIIII", 5, 1, AGENT, 0, sequence,
                       sequence * 100, len(samples)) + b"".join(samples)


def udp_packet(payload):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64,
                       17, 0, AGENT, AGENT) + \
        struct.pack(">HHHH", SFLOW_PORT, SFLOW_PORT, 8 + len(payload), 0) + \
        payload


def sflow_capture(frames):
    """A pcap file in which a switch samples each of the frames."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, RAW)]
    samples = [flow_sample(i + 1, frame) for i, frame in enumerate(frames)]
    for i in range(0, len(samples), SAMPLES_PER_DATAGRAM):
        number = i // SAMPLES_PER_DATAGRAM + 1
        packet = udp_packet(datagram(number,
                                     samples[i:i + SAMPLES_PER_DATAGRAM]))
        out.append(struct.pack("<IIII", START, number, len(packet),
                               len(packet)) + packet)
    return b"".join(out)
