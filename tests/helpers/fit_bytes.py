"""A small writer of FIT bytes for tests: both byte orders, compressed headers, developer fields, and damage.

It knows nothing of the package's own writer or reader.
"""

import struct

CODES = {
    0x00: "B", 0x01: "b", 0x02: "B", 0x83: "h", 0x84: "H", 0x85: "i", 0x86: "I", 0x07: "s", 0x88: "f", 0x89: "d",
    0x0A: "B", 0x8B: "H", 0x8C: "I", 0x0D: "B", 0x8E: "q", 0x8F: "Q", 0x90: "Q",
}  # fmt: skip
INVALID = {
    0x00: 0xFF, 0x01: 0x7F, 0x02: 0xFF, 0x83: 0x7FFF, 0x84: 0xFFFF, 0x85: 0x7FFFFFFF, 0x86: 0xFFFFFFFF, 0x0A: 0,
    0x8B: 0, 0x8C: 0, 0x8E: 2**63 - 1, 0x8F: 2**64 - 1, 0x90: 0,
}  # fmt: skip
STAMP = (253, 4, 0x86)
T0 = 1_000_000_000


def crc(data):
    """The checksum bit by bit, as the protocol's description gives it."""
    state = 0
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0xA001 if state & 1 else 0)
    return state


def pack(base, *values, big=False):
    if base == 0x07:
        return values[0]
    return struct.pack(f"{'>' if big else '<'}{len(values)}{CODES[base]}", *values)


class Part:
    """One part of a FIT file: add messages, then take its bytes."""

    def __init__(self, header=14):
        self.header, self.body = header, b""
        self.starts = []  # of data messages, within the part

    def define(self, local, number, fields, own=None, big=False):
        """``fields`` are (number, size, base); ``own`` are (number, size, app)."""
        order = "big" if big else "little"
        head = bytes([0x40 | local | (0x20 if own is not None else 0), 0, int(big)]) + number.to_bytes(2, order)
        self.body += head + bytes([len(fields)]) + b"".join(map(bytes, fields))
        if own is not None:
            self.body += bytes([len(own)]) + b"".join(map(bytes, own))
        return self

    def data(self, local, payload, bits=0):
        self.starts.append(self.header + len(self.body))
        self.body += bytes([local | bits]) + payload
        return self

    def compressed(self, local, offset, payload):
        self.starts.append(self.header + len(self.body))
        self.body += bytes([0x80 | local << 5 | offset]) + payload
        return self

    def app(self, index=0, identity=b"0123456789abcdef"):
        self.define(15, 207, [(1, len(identity), 0x0D), (3, 1, 0x02)])
        return self.data(15, identity + bytes([index]))

    def describe(self, number, base, name, units=b"", scale=0xFF, offset=0x7F, index=0):
        sizes = [(0, 1, 2), (1, 1, 2), (2, 1, 2), (3, len(name) + 1, 7), (6, 1, 2), (7, 1, 1), (8, len(units) + 1, 7)]
        self.define(15, 206, sizes)
        entry = bytes([index, number, base]) + name + b"\0" + bytes([scale, offset & 0xFF]) + units + b"\0"
        return self.data(15, entry)

    def bytes(self, size=None, checksum=None):
        size = len(self.body) if size is None else size
        head = bytes([self.header, 0x20]) + (2158).to_bytes(2, "little") + size.to_bytes(4, "little") + b".FIT"
        if self.header >= 14:
            head += crc(head).to_bytes(2, "little") + bytes(self.header - 14)
        whole = head + self.body
        return whole + (crc(whole) if checksum is None else checksum).to_bytes(2, "little")


def small_ride(records=12, width=5):
    """A ride with heel rotation in developer arrays, cadence, power and a lap."""
    part = Part().define(0, 0, [(0, 1, 0), (4, 4, 0x86)]).data(0, bytes([4]) + pack(0x86, T0))
    part.app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100)
    part.define(1, 20, [STAMP, (4, 1, 2), (7, 2, 0x84)], own=[(0, 2 * width, 0)])
    for second in range(records):
        values = [100 * ((second + k) % 7) for k in range(width)]
        part.data(1, pack(0x86, T0 + second) + bytes([90]) + pack(0x84, 200) + pack(0x83, *values))
    part.define(2, 19, [STAMP, (2, 4, 0x86), (7, 4, 0x86)])
    part.data(2, pack(0x86, T0 + records, T0, records * 1000))
    return part
