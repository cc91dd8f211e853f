"""Parquet on the values of the parameter bench: durable ingest rate and bytes a value."""

import glob
import os
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PARAMETERS = 50

work = sys.argv[1]
packets = [
    np.fromfile(path, dtype="<i8").reshape(PARAMETERS + 1, -1)
    for path in sorted(glob.glob(os.path.join(work, "packet*")))
]
names = ["t"] + [f"p{p:02}" for p in range(PARAMETERS)]


def wide():
    """A table a packet type, a column a parameter."""
    for packet in packets:
        yield pa.table([packet[0]] + [column.view("<f8") for column in packet[1:]], names=names)


def long():
    """One table, a row a value: parameter, time, value."""
    yield pa.concat_tables(
        pa.table({
            "p": np.repeat(np.arange(PARAMETERS, dtype=np.int32) + PARAMETERS * k, packet.shape[1]),
            "t": np.tile(packet[0], PARAMETERS),
            "v": packet[1:].reshape(-1).view("<f8"),
        })
        for k, packet in enumerate(packets)
    )


def measure(name, shape, **options):
    tables = list(shape())
    paths = [os.path.join(work, f"{k}.parquet") for k in range(len(tables))]
    watch = time.perf_counter()
    for path, table in zip(paths, tables):
        pq.write_table(table, path, compression="zstd", compression_level=1, **options)
        with open(path, "rb") as file:
            os.fsync(file.fileno())
    seconds = time.perf_counter() - watch
    values = sum(packet.size - packet.shape[1] for packet in packets)
    size = sum(os.path.getsize(path) for path in paths)
    print(f"{name:<38}{values / seconds / 1e6:>14.2f}{size / values:>14.2f}")


measure("Parquet, a column each, dictionary", wide)
measure("Parquet, a column each, split bytes", wide, use_dictionary=["t"],
        column_encoding={name: "BYTE_STREAM_SPLIT" for name in names[1:]})
measure("Parquet, a row a value, dictionary", long)
