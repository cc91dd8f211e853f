#!/bin/sh
# Parameter archive against SQLite rows (in the bench) and Parquet (PyPI, in a temporary venv), on
# the same values in one run.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/parameter-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

cd "$root"
cargo bench -p marsdeck-engine --bench parameter -- --export "$work"
if python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install pyarrow numpy; then
    "$work/venv/bin/python" benches/scripts/parameter_peers.py "$work"
else
    echo "skipped: Parquet, no Python venv or PyPI here"
fi
