#!/usr/bin/env python3
"""Makes assets/globe/stars.csv: the stars brighter than a magnitude.

Usage: make.py d3-celestial-0.7.35.tgz [OUT.csv]

The archive is the npm package d3-celestial (BSD-3-Clause); its data/stars.6.json lists right
ascension, declination (J2000) and V magnitude of the Extended Hipparcos Compilation (E. Anderson
and C. Francis, Astronomy Letters 38, 2012). The same archive gives the same bytes.
"""
import json
import sys
import tarfile
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "assets/globe/stars.csv"
FAINTEST = 4.8
HEAD = """\
# Stars of V magnitude {faintest} and brighter, brightest first. Source: Extended Hipparcos Compilation
# (E. Anderson and C. Francis 2012) as listed by d3-celestial 0.7.35; packaging/stars/make.py.
# ra_deg, dec_deg: J2000; magnitude: V; bv: colour index B - V (empty: not known).
ra_deg,dec_deg,magnitude,bv
"""


def main():
    with tarfile.open(sys.argv[1]) as archive:
        stars = json.load(archive.extractfile("package/data/stars.6.json"))["features"]
    lines = []
    for star in stars:
        magnitude = float(star["properties"]["mag"])
        if magnitude > FAINTEST:
            continue
        ra, dec = star["geometry"]["coordinates"]
        bv = star["properties"]["bv"]
        bv = f"{float(bv):.2f}" if bv not in ("", None) else ""
        line = f"{ra % 360.0:.4f},{dec:.4f},{magnitude:.2f},{bv}\n"
        lines.append((magnitude, ra % 360.0, line))
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else OUT
    out.write_text(HEAD.format(faintest=FAINTEST) + "".join(l for _, _, l in sorted(lines)))
    print(f"{len(lines)} stars to {out}")


main()
