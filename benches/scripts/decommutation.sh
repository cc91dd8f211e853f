#!/bin/sh
# Decommutation against ccsdspy and space_packet_parser (PyPI, in a temporary venv), on the same
# packets in one run. The sums of all raw and of all calibrated values are to be equal.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/decommutation-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

cd "$root"
cargo bench -p marsdeck-engine --bench decommutation -- --export "$work"
if python3 -m venv "$work/venv" &&
    "$work/venv/bin/pip" -q install ccsdspy space_packet_parser numpy; then
    "$work/venv/bin/python" -W ignore benches/scripts/decommutation_peers.py "$work"
else
    echo "skipped: ccsdspy and space_packet_parser, no Python venv or PyPI here"
fi
