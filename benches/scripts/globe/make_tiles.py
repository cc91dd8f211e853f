#!/usr/bin/env python3
"""Cuts a global picture into tiles and unpacks the heights, for every program of globe.sh alike.

    python3 make_tiles.py PICTURE TOPOGRAPHY OUT [--format jpg|png] [--levels N]

PICTURE     equirectangular, 2:1, whole planet, left edge at 180 degrees west, north up.
TOPOGRAPHY  assets/globe/topography.bin.zst (format: head of packaging/topography/make.py).
OUT         folder; gets tiles/LEVEL/ROW/COLUMN.jpg, tiles.json and heights.f32.

The tile matrix is the one of the NASA Trek EQ services: 2 x 1 tiles of 256 pixels on level 0, row
0 in the north, column 0 at 180 degrees west. The deepest level is the first that is not coarser
than the picture. heights.f32 holds metres above the IAU 2000 ellipsoid (areoid heights plus the
areoid), float32 little-endian, 1440 x 720 centres of 0.25 degree cells, north to south, 180 west
to 180 east. The peers place everything by planetographic latitude, so the rows are resampled from
the planetocentric latitudes of the asset. Needs numpy, Pillow and the zstd program.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
from PIL import Image

# IAU 2000 ellipsoid (Seidelmann et al. 2002), metres.
EQUATORIAL, POLAR = 3396190.0, 3376200.0
TILE = 256


def cut(picture, out, suffix, levels):
    """Writes all levels of the pyramid; returns their number."""
    width, height = picture.size
    if width != 2 * height:
        sys.exit(f"the picture is {width} x {height}; a whole planet must be twice as wide as high")
    if levels is None:
        levels = max(0, math.ceil(math.log2(width / (2 * TILE)))) + 1
    for level in range(levels):
        columns, rows = 2 << level, 1 << level
        size = (columns * TILE, rows * TILE)
        scaled = picture.resize(size, Image.Resampling.LANCZOS)
        for row in range(rows):
            folder = out / "tiles" / str(level) / str(row)
            folder.mkdir(parents=True, exist_ok=True)
            for column in range(columns):
                x, y = column * TILE, row * TILE
                tile = scaled.crop((x, y, x + TILE, y + TILE))
                options = {"quality": 90} if suffix == "jpg" else {}
                tile.save(folder / f"{column}.{suffix}", **options)
    return levels


def unfilter(raw, columns, rows):
    """Undoes the two-dimensional prediction of one grid; returns it and the bytes behind it."""
    count = columns * rows
    low = np.frombuffer(raw, np.uint8, count).astype(np.uint32)
    high = np.frombuffer(raw, np.uint8, count, count).astype(np.uint32)
    coded = low | high << 8
    delta = ((coded >> 1) ^ (0 - (coded & 1))).astype(np.uint16).reshape(rows, columns)
    grid = np.cumsum(np.cumsum(delta, 1, dtype=np.uint16), 0, dtype=np.uint16)
    return grid.view(np.int16).astype(np.float64), raw[2 * count :]


def sample(grid, lat, lon):
    """Bilinear value of a global grid of cell centres (north first, from 0 east) at lat x lon."""
    rows, columns = grid.shape
    y = np.clip((90 - lat) * rows / 180 - 0.5, 0, rows - 1)
    x = (lon % 360) * columns / 360 - 0.5
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    y1 = np.minimum(y0 + 1, rows - 1)
    fy, fx = (y - y0)[:, None], (x - x0)[None, :]
    west, east = grid[:, x0 % columns], grid[:, (x0 + 1) % columns]
    return (west[y0] * (1 - fx) + east[y0] * fx) * (1 - fy) + (
        west[y1] * (1 - fx) + east[y1] * fx
    ) * fy


def heights(path):
    """Heights above the ellipsoid, by planetographic latitude, from 180 west."""
    command = ["zstd", "-d", "-q", "-c", str(path)]
    raw = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    if raw[:8] != b"MARSTOPO":
        sys.exit(f"{path}: not a topography asset")
    version, columns, rows, coarse_columns, coarse_rows = np.frombuffer(raw, "<u4", 5, 8).tolist()
    if version != 1:
        sys.exit(f"{path}: version {version}, this script reads version 1")
    above_areoid, rest = unfilter(raw[28:], columns, rows)
    areoid, _ = unfilter(rest, coarse_columns, coarse_rows)
    graphic = 90 - (np.arange(720) + 0.5) / 4
    centric = np.degrees(np.arctan((POLAR / EQUATORIAL) ** 2 * np.tan(np.radians(graphic))))
    lon = -180 + (np.arange(1440) + 0.5) / 4
    return sample(above_areoid, centric, lon) + sample(areoid, centric, lon)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("topography", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--format", choices=["jpg", "png"], default="jpg")
    parser.add_argument("--levels", type=int)
    args = parser.parse_args()

    Image.MAX_IMAGE_PIXELS = None
    picture = Image.open(args.picture).convert("RGB")
    levels = cut(picture, args.out, args.format, args.levels)
    grid = heights(args.topography)
    grid.astype("<f4").tofile(args.out / "heights.f32")
    about = {
        "picture": args.picture.name,
        "picture_size": picture.size,
        "format": args.format,
        "levels": levels,
        "heights": [1440, 720],
    }
    (args.out / "tiles.json").write_text(json.dumps(about))
    count = sum(2 << 2 * level for level in range(levels))
    print(
        f"{args.picture.name}, {picture.size[0]} x {picture.size[1]}: {count} {args.format} tiles "
        f"on {levels} levels; heights {grid.min():.0f} to {grid.max():.0f} m above the ellipsoid"
    )


if __name__ == "__main__":
    main()
