#!/usr/bin/env python3
"""Times ObsPy and libmseed (pymseed) on one file, or prints the table of all results.

Called by mseed.sh. A line per way of reading: file, way, Msamples/s of wall time, Msamples/s
of processor time, best of the rounds. Files are in the page cache. "One buffer" is decoding
record after record into the same memory (what the ingest does), "new memory" is whole traces
in memory fresh from the system, where page faults cost more than decoding.
"""

import sys
import time
import warnings
from pathlib import Path

ROUNDS = 7


def measure(name, way, once):
    wall = cpu = 0.0
    for _ in range(ROUNDS):
        clock, before = time.perf_counter(), time.process_time()
        samples = once()
        wall = max(wall, samples / (time.perf_counter() - clock) / 1e6)
        cpu = max(cpu, samples / (time.process_time() - before) / 1e6)
    print(f"{name},{way},{wall:.0f},{cpu:.0f}", flush=True)


def time_peers(path):
    import obspy
    import pymseed
    from obspy import read
    from pymseed import MS3Record, MS3TraceList

    data = Path(path).read_bytes()
    name = Path(path).stem

    def records():
        return sum(r.numsamples for r in MS3Record.from_buffer(data, unpack_data=True))

    def traces():
        found = MS3TraceList.from_buffer(data, unpack_data=True)
        return sum(s.numsamples for trace in found for s in trace)

    measure(name, f"ObsPy {obspy.__version__} read", lambda: sum(t.stats.npts for t in read(path)))
    measure(name, f"libmseed (pymseed {pymseed.__version__}) records", records)
    measure(name, f"libmseed (pymseed {pymseed.__version__}) traces", traces)


def print_table(path):
    rows = [line.strip().split(",") for line in Path(path).read_text().splitlines()]
    for name in dict.fromkeys(row[0] for row in rows):
        here = [row for row in rows if row[0] == name and "headers" not in row[1]]
        speed = {way: float(cpu) or float(wall) for _, way, wall, cpu in here}
        print(f"\n{name}: Msamples/s on one core; how much faster marsdeck is (CPU)")
        print(f"{'':38}{'wall':>8}{'CPU':>8}{'one buffer':>14}{'new memory':>14}")
        for _, way, wall, cpu in here:
            ratios = [speed[f"marsdeck {ours}"] / speed[way] for ours in ["records", "read"]]
            print(f"{way:38}{wall:>8}{cpu:>8}{ratios[0]:>12.1f} x{ratios[1]:>12.1f} x")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "--table":
        print_table(sys.argv[2])
    else:
        time_peers(sys.argv[1])
