"""A PNG from outside: checked chunk by chunk, and written anew with the picture alone."""

from __future__ import annotations

import struct
import zlib
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
SIDE_MAX: Final = 4000
"""Most pixels along a side."""
_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND")
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class UnsafePngError(ValueError):
    """A picture that is refused, with the reason."""


def clean_png(data: bytes) -> tuple[bytes, int, int]:
    """Return a picture without its notes, and its width and height; an `UnsafePngError` says why it is refused."""
    if not data.startswith(SIGNATURE):
        raise UnsafePngError("it is not a PNG")
    made, packed, at, head = [SIGNATURE], zlib.decompressobj(), len(SIGNATURE), b""
    pixels = 0
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        check = int.from_bytes(data[at + 8 + length : at + 12 + length], "big")
        if len(body) != length or zlib.crc32(kind + body) != check:
            raise UnsafePngError("it is damaged")
        if not head and kind != b"IHDR":
            raise UnsafePngError("it is damaged")
        if kind == b"IHDR":
            head = body
            width, height, expected = _size(body)
        elif kind == b"IDAT":
            try:
                pixels += len(packed.decompress(body, max(expected - pixels + 1, 1)))
            except zlib.error as error:
                raise UnsafePngError("it is damaged") from error
        if kind in _KEPT:
            made.append(data[at : at + 12 + length])
        at += 12 + length
        if kind == b"IEND":
            break
    if not head or pixels != expected or not made[-1].startswith(b"\0\0\0\0IEND"):
        raise UnsafePngError("it is damaged")
    return b"".join(made), width, height


def _size(head: bytes) -> tuple[int, int, int]:
    """Return width, height and how many bytes the pixels have to be."""
    try:
        width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
        channels = _CHANNELS[colour]
    except (struct.error, KeyError) as error:
        raise UnsafePngError("it is damaged") from error
    if not (1 <= width <= SIDE_MAX and 1 <= height <= SIDE_MAX):
        raise UnsafePngError(f"it has {width} by {height} pixels; up to {SIDE_MAX} a side were expected")
    if interlaced or depth not in (1, 2, 4, 8, 16):
        raise UnsafePngError("it is interlaced; save it without that")
    return width, height, height * (1 + (width * channels * depth + 7) // 8)
