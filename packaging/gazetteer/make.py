#!/usr/bin/env python3
"""Makes assets/globe/features.csv from the gazetteer of Mars as USGS gives it.

Usage: make.py MARS_nomenclature.zip [OUT.csv]

The archive is "MARS_nomenclature.zip" (Shapefile of centre points) of
https://planetarynames.wr.usgs.gov/GIS_Downloads; only its table (.dbf) is read. The same archive
gives the same bytes. Needs Python 3.9 or later and nothing else.
"""
import struct
import sys
import zipfile
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "assets/globe/features.csv"
HEAD = """\
# Named features of Mars, all that the list of {date} holds. Source: Gazetteer of Planetary
# Nomenclature, International Astronomical Union (IAU) and U.S. Geological Survey,
# https://planetarynames.wr.usgs.gov (public domain). Made by packaging/gazetteer/make.py.
# lat: planetocentric, degrees north; lon_e: degrees east; diameter_km: diameter or length.
name,type,lat,lon_e,diameter_km
"""


def rows(table):
    """The records of a dBase III table as dictionaries."""
    count, head, width = struct.unpack_from("<IHH", table, 4)
    fields, at = [], 32
    while table[at] != 0x0D:
        name = table[at : at + 11].split(b"\0")[0].decode("ascii")
        fields.append((name, table[at + 16]))
        at += 32
    for i in range(count):
        record = table[head + i * width : head + (i + 1) * width]
        if record[:1] == b"*":
            continue
        cells, at = {}, 1
        for name, length in fields:
            cells[name] = record[at : at + length].decode("utf-8", "replace").strip()
            at += length
        yield cells


def number(text, digits):
    """A number without needless digits."""
    return f"{float(text):.{digits}f}".rstrip("0").rstrip(".") or "0"


def main():
    with zipfile.ZipFile(sys.argv[1]) as archive:
        name = next(n for n in archive.namelist() if n.lower().endswith(".dbf"))
        date = "-".join(f"{x:02}" for x in archive.getinfo(name).date_time[:3])
        table = archive.read(name)
    lines = []
    for row in rows(table):
        kind = row["type"].split(",")[0].strip()
        if "," in row["name"]:
            raise SystemExit(f"a comma in a name: {row['name']}")
        lon = float(row["center_lon"]) % 360.0
        cells = [
            row["name"],
            kind,
            number(row["center_lat"], 3),
            number(lon, 3),
            number(row["diameter"], 2),
        ]
        lines.append((-float(row["diameter"]), row["name"], ",".join(cells)))
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else OUT
    out.write_text(HEAD.format(date=date) + "".join(f"{l}\n" for _, _, l in sorted(lines)))
    print(f"{len(lines)} features to {out}")


main()
