#!/bin/sh
# Waveform store against SQLite (in the bench), DuckDB and Parquet (PyPI, in a temporary venv) and
# PostgreSQL COPY (where its programs are installed), on the same samples in one run.
# Usage: benches/scripts/waveform.sh [SAMPLES] [POSTGRES_ROWS]
set -eu
samples=${1:-100000000}
rows=${2:-4000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/waveform-bench.XXXXXX")
server=
cleanup() {
    if [ -n "$server" ]; then "$server" -D "$work/pg" -m immediate stop >/dev/null 2>&1 || true; fi
    rm -rf "$work"
}
trap cleanup EXIT INT TERM

cd "$root"
cargo bench -p marsdeck-engine --bench waveform -- \
    --samples "$samples" --sqlite "$rows" --dir "$work/ours" --export "$work/day.i32"

if python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install duckdb pyarrow numpy; then
    "$work/venv/bin/python" benches/scripts/waveform_peers.py "$work" "$samples"
else
    echo "skipped: DuckDB and Parquet, no Python venv or PyPI here"
fi

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ]; then
    real=$(readlink -f "$(command -v postgres || true)" 2>/dev/null || true)
    bin=${real%/*}
fi
if [ ! -x "$bin/initdb" ] || ! command -v psql >/dev/null; then
    echo "skipped: PostgreSQL, its programs are not installed"
elif [ "$(id -u)" = 0 ] && ! id postgres >/dev/null 2>&1; then
    echo "skipped: PostgreSQL does not run as root and there is no user postgres"
else
    as=""
    if [ "$(id -u)" = 0 ]; then
        as="runuser -u postgres --"
        chown postgres "$work"
    fi
    $as "$bin/initdb" -D "$work/pg" -A trust >/dev/null
    printf '%s\n' '#!/bin/sh' "exec $as $bin/pg_ctl \"\$@\"" >"$work/pg_ctl"
    chmod +x "$work/pg_ctl"
    server="$work/pg_ctl"
    "$server" -D "$work/pg" -w -o "-k $work -h '' -c shared_buffers=1GB -c max_wal_size=8GB" \
        -l "$work/pg.log" start >/dev/null
    python3 - "$work/day.i32" "$rows" >"$work/rows.csv" <<'PY'
import array, sys
day = array.array("i"); day.frombytes(open(sys.argv[1], "rb").read())
start, period = 1546300800_000000000, 50_000_000
out = sys.stdout.write
for i in range(int(sys.argv[2])):
    out(f"{start + i * period},{day[i % len(day)]}\n")
PY
    sql="$as psql -q -h $work -d postgres"
    $sql -c 'CREATE TABLE sample (t bigint PRIMARY KEY, v integer NOT NULL)'
    begin=$(date +%s.%N)
    $sql -c '\copy sample FROM STDIN WITH (FORMAT csv)' <"$work/rows.csv"
    end=$(date +%s.%N)
    awk -v a="$begin" -v b="$end" -v n="$rows" \
        'BEGIN { printf "PostgreSQL COPY: %d rows durable at %.2f Msamples/s\n", n, n / (b - a) / 1e6 }'
    $sql -c '\timing on' -c "SELECT count(*) FROM (SELECT (t - 1546300800000000000) / \
        ($rows::bigint * 25000) AS k, min(v), max(v), avg(v) FROM sample GROUP BY k) x" | tail -n 1
fi
