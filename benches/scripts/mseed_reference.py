#!/usr/bin/env python3
"""Reads miniSEED files with ObsPy and libmseed (pymseed) and prints digests as CSV.

The table src/engine/format/mseed/obspy_reference.csv was made with it:

    python3 -m venv v && v/bin/pip install obspy==1.5.1 pymseed==1.0.1
    v/bin/python benches/scripts/mseed_reference.py DATA A_insight_seis B_miniseed_tests

with DATA the folder that holds the other two; files without "mseed" in their path are left out.

One row per file and reader that accepts it: path, reader, traces, samples, sum of the bits b
of the samples as 64-bit floats, sum of squares of b xor b >> 32 (both mod 2^64), earliest
start in ns since 1970, rate of that trace in Hz. Sums do not depend on the order of traces. Each file is read in its
own process, stopped after 20 s.
"""

import subprocess
import sys
import warnings
from pathlib import Path

MASK = (1 << 64) - 1


def digest(arrays):
    import numpy as np

    total = squares = count = 0
    for values in arrays:
        if values.dtype.kind == "S":
            values = values.view(np.uint8)
        bits = values.astype(np.float64).view(np.uint64)
        with np.errstate(over="ignore"):
            total += int(bits.sum(dtype=np.uint64))
            folded = bits ^ (bits >> np.uint64(32))
            squares += int((folded * folded).sum(dtype=np.uint64))
        count += len(bits)
    return count, total & MASK, squares & MASK


def with_obspy(path):
    from obspy.io.mseed.core import _read_mseed

    traces = [t for t in _read_mseed(str(path)) if t.stats.npts]
    first = min(traces, key=lambda t: t.stats.starttime)
    parts = [len(traces), *digest([t.data for t in traces])]
    return [*parts, first.stats.starttime._ns, repr(float(first.stats.sampling_rate))]


def with_pymseed(path):
    import numpy as np
    from pymseed import MS3Record

    records = []
    for record in MS3Record.from_file(str(path), unpack_data=True):
        if record.numsamples:
            records.append((record.starttime, record.samprate, np.array(record.np_datasamples)))
    start, rate, _ = min(records, key=lambda r: r[0])
    return ["", *digest([r[2] for r in records]), start, repr(float(rate))]


def main():
    if sys.argv[1] == "--one":
        reader = {"obspy": with_obspy, "pymseed": with_pymseed}[sys.argv[2]]
        warnings.simplefilter("ignore")
        print(*reader(sys.argv[3]), sep=",")
        return
    root = Path(sys.argv[1])
    files = [p for folder in sys.argv[2:] for p in (root / folder).rglob("*") if p.is_file()]
    print("path,reader,traces,samples,sum,squares,start_ns,rate_hz")
    for path in sorted(p for p in files if "mseed" in p.relative_to(root).as_posix()):
        for reader in ["obspy", "pymseed"]:
            try:
                done = subprocess.run(
                    [sys.executable, __file__, "--one", reader, str(path)],
                    capture_output=True, text=True, timeout=20, check=True,
                )
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                print(f"{path}: {reader}: {type(error).__name__}", file=sys.stderr)
                continue
            print(f"{path.relative_to(root).as_posix()},{reader},{done.stdout.strip()}")


if __name__ == "__main__":
    main()
