#!/usr/bin/env python3
"""Makes assets/globe/traverse_msl.csv from the localisation waypoints of Curiosity.

Usage: make.py Waypoints.csv [OUT.csv]

The table is the one that MMGIS publishes (columns sol, lat_dd, lon_dd, elev_m, mobtrav_to,
yaw_deg); a row that repeats the stop before it is left out. A few rows carry no odometer and yaw:
they keep the distance of the stop before and get no heading. A row whose place lies more than a
kilometre from the stop before (some lost their latitude) is left out. The same table gives the
same bytes.
"""
import csv
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "assets/globe/traverse_msl.csv"
# A kilometre, degrees.
FURTHEST_DEG = 1 / 59.16
HEAD = """\
# Stops of Curiosity to sol {last}: every stop after which the rover stood elsewhere or turned.
# Source: NASA/JPL-Caltech MSL localisation waypoints as published with MMGIS (public facts); made
# by packaging/traverse/make.py. lat: planetocentric, degrees north; lon_e: degrees east;
# elevation_m: above the areoid; odometry_m: distance driven; heading_deg: where the rover looks,
# clockwise from north (its yaw; empty: not known). The source lost the minus sign of the last elevation.
sol,lat,lon_e,elevation_m,odometry_m,heading_deg
"""


def main():
    lines, before, place, driven = [], None, None, 0.0
    with open(sys.argv[1], newline="", encoding="utf-8") as table:
        rows = sorted(csv.DictReader(table), key=lambda r: int(float(r["sol"])))
    for row in rows:
        sol, elevation = int(float(row["sol"])), float(row["elev_m"])
        odometry = float(row["mobtrav_to"])
        if elevation > 0:
            elevation = -elevation
        key = (row["lat_dd"], row["lon_dd"], row["yaw_deg"])
        if key == before:
            continue
        here = (float(row["lat_dd"]), float(row["lon_dd"]))
        if place and max(abs(a - b) for a, b in zip(here, place)) > FURTHEST_DEG:
            print(f"sol {sol}: {here} is no place near the stop before, left out")
            continue
        before, place = key, here
        yaw = float(row["yaw_deg"])
        heading = "" if yaw == 0.0 and odometry == 0.0 else f"{yaw % 360.0:.0f}"
        driven = max(driven, odometry)
        lines.append(
            f"{sol},{float(row['lat_dd']):.6f},{float(row['lon_dd']):.6f},{elevation:.1f},"
            f"{driven:.0f},{heading}\n"
        )
        last = sol
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else OUT
    out.write_text(HEAD.format(last=last) + "".join(lines))
    print(f"{len(lines)} stops to {out}")


main()
