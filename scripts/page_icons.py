#!/usr/bin/env python3
"""Draws the page's icons into src/page: page_icons.py

One desk and the units around it: a ring, and three discs that lines join to it. icon.svg and the PNGs are the same drawing; the
PNGs are drawn by areas of 4 × 4 points a pixel, without any library, so that the same script gives the same bytes anywhere.
"""
import math
import pathlib
import struct
import zlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src" / "page"
GROUND, INK, RED = (16, 36, 62), (255, 255, 255), (235, 87, 87)
RING, HOLE, ARM, DISC, LINE = 92, 50, 168, 44, 26  # of a drawing of 512 × 512, its middle at 256
UNITS = [tuple(256 + ARM * f(math.radians(angle)) for f in (math.cos, math.sin)) for angle in (-90, 30, 150)]


def distance(x, y, ax, ay):
    """Of a point to the line from the middle to a unit."""
    dx, dy = ax - 256, ay - 256
    t = max(0, min(1, ((x - 256) * dx + (y - 256) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - 256 - t * dx, y - 256 - t * dy)


def colour(x, y):
    middle = math.hypot(x - 256, y - 256)
    if any(math.hypot(x - ax, y - ay) < DISC for ax, ay in UNITS):
        return INK
    if middle < HOLE:
        return RED
    if middle < RING or any(distance(x, y, ax, ay) < LINE / 2 for ax, ay in UNITS):
        return INK if middle > HOLE + 16 else GROUND
    return GROUND


def png(size):
    rows, step = [], 512 / size / 4
    for y in range(size):
        row = bytearray([0])
        for x in range(size):
            points = [colour((x * 4 + i + .5) * step, (y * 4 + j + .5) * step) for i in range(4) for j in range(4)]
            row += bytes(sum(p[c] for p in points) // 16 for c in range(3))
        rows.append(bytes(row))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b""))


def svg():
    def hexed(c):
        return "#%02x%02x%02x" % c
    lines = "".join(f'<path d="M256 256 {x:.0f} {y:.0f}"/>' for x, y in UNITS)
    discs = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{DISC}"/>' for x, y in UNITS)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><path fill="{hexed(GROUND)}" d="M0 0h512v512H0z"/>'
            f'<g stroke="{hexed(INK)}" stroke-width="{LINE}">{lines}</g><g fill="{hexed(INK)}">{discs}'
            f'<circle cx="256" cy="256" r="{RING}"/></g><circle cx="256" cy="256" r="{HOLE + 16}" fill="{hexed(GROUND)}"/>'
            f'<circle cx="256" cy="256" r="{HOLE}" fill="{hexed(RED)}"/></svg>\n')


def main():
    (FOLDER / "icon.svg").write_text(svg())
    for size in (192, 512):
        (FOLDER / f"icon-{size}.png").write_bytes(png(size))


if __name__ == "__main__":
    main()
