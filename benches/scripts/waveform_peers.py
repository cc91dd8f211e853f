"""DuckDB and Parquet on the samples of the waveform bench: ingest rate and query times."""

import os
import sys
import time

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

START, PERIOD, WIDTH = 1546300800_000000000, 50_000_000, 2000
BLOCK = 10_000_000

work, count = sys.argv[1], int(float(sys.argv[2]))
day = np.fromfile(os.path.join(work, "day.i32"), dtype="<i4")


def blocks():
    for begin in range(0, count, BLOCK):
        index = np.arange(begin, min(begin + BLOCK, count), dtype=np.int64)
        yield pa.table({"t": START + index * PERIOD, "v": day[index % len(day)]})


def report(name, seconds):
    print(f"{name}: {count} samples durable at {count / seconds / 1e6:.1f} Msamples/s")


def queries(name, ask):
    for label, length in [
        ("1 s", 10**9), ("1 h", 3600 * 10**9), ("1 sol", 88775 * 10**9), ("everything", count * PERIOD)
    ]:
        times = []
        for k in range(3):
            begin = START + (count * PERIOD - length) // 3 * k
            watch = time.perf_counter()
            ask(begin, begin + length, max(length // WIDTH, 1))
            times.append(time.perf_counter() - watch)
        print(f"  {name}, min/max/mean of {label}: {sorted(times)[1] * 1e3:.1f} ms")


path = os.path.join(work, "samples.parquet")
spent = 0.0
encoding = {"t": "DELTA_BINARY_PACKED", "v": "DELTA_BINARY_PACKED"}
writer = None
for table in blocks():
    watch = time.perf_counter()
    if writer is None:
        writer = pq.ParquetWriter(
            path, table.schema, compression="zstd", compression_level=1, use_dictionary=False,
            column_encoding=encoding,
        )
    writer.write_table(table, row_group_size=1_000_000)
    spent += time.perf_counter() - watch
watch = time.perf_counter()
writer.close()
with open(path, "rb") as file:
    os.fsync(file.fileno())
report("Parquet", spent + time.perf_counter() - watch)


def parquet(begin, end, slice_ns):
    table = pq.read_table(path, filters=[("t", ">=", begin), ("t", "<", end)])
    k = pc.divide(pc.subtract(table["t"], begin), slice_ns)
    groups = pa.table({"k": k, "v": table["v"]}).group_by("k")
    groups.aggregate([("v", "min"), ("v", "max"), ("v", "mean")])


queries("Parquet", parquet)

db = duckdb.connect(os.path.join(work, "samples.duckdb"))
db.execute("CREATE TABLE sample (t BIGINT, v INTEGER)")
spent = 0.0
for table in blocks():
    watch = time.perf_counter()
    db.execute("INSERT INTO sample SELECT * FROM \"table\"")
    spent += time.perf_counter() - watch
watch = time.perf_counter()
db.execute("CHECKPOINT")
report("DuckDB", spent + time.perf_counter() - watch)


def duck(begin, end, slice_ns):
    db.execute(
        "SELECT (t - ?) // ? AS k, min(v), max(v), avg(v) FROM sample WHERE t >= ? AND t < ? "
        "GROUP BY k", [begin, slice_ns, begin, end],
    ).fetchall()


queries("DuckDB", duck)
