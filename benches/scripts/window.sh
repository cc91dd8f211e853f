#!/bin/sh
# Measures the console's window against an empty eframe window on a display of its own, with the
# demo archive in a home of its own. Needs cargo, Xvfb, xdotool, and a Vulkan or GL driver
# (mesa-vulkan-drivers draws on the processor). First argument: minutes of replay (3).
set -eu
cd "$(dirname "$0")/../.."
minutes=${1:-3}
work=$(mktemp -d)
xvfb=
clean() {
    [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

cargo build --release --bin marsdeck --example empty_window
target=${CARGO_TARGET_DIR:-target}/release
mkdir -p "$work/home" "$work/run"
chmod 700 "$work/run"
export XDG_RUNTIME_DIR="$work/run"

# Xvfb takes the first free display and writes its number.
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$work/display" 2>"$work/xvfb.log" &
xvfb=$!
n=0
until [ -s "$work/display" ]; do
    n=$((n + 1))
    [ "$n" -lt 100 ] || { cat "$work/xvfb.log" >&2; exit 1; }
    sleep 0.1
done
DISPLAY=:$(cat "$work/display")
export DISPLAY
unset WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_DATA_HOME

HOME="$work/home" "$target/marsdeck" snapshot Watch --out "$work/watch.png"
cargo bench --quiet --bench window -- \
    --marsdeck "$(realpath "$target/marsdeck")" \
    --empty "$(realpath "$target/examples/empty_window")" \
    --home "$work/home" --replay-minutes "$minutes"
