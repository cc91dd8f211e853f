#!/bin/sh
# Decodes the same miniSEED files with marsdeck, ObsPy and libmseed (pymseed), each on one
# core, and prints one table. Needs cargo, python3 with venv, and PyPI.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet obspy pymseed

bench() { cargo bench --quiet -p marsdeck-engine --bench mseed -- "$@"; }
bench --write "$work"
bench > "$work/results.csv"
for length in 512 4096; do
    "$work/venv/bin/python" benches/scripts/mseed_peers.py \
        "$work/steim2-$length.mseed" >> "$work/results.csv"
done
"$work/venv/bin/python" benches/scripts/mseed_peers.py --table "$work/results.csv"
