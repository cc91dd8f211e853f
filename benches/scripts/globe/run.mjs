// Runs the pages of this folder in headless Chromium with software GL and prints one table.
//
//     node run.mjs --lib NODE_MODULES --data FOLDER_OF_MAKE_TILES --out FOLDER
//                  [--chromium PROGRAM] [--terrain on|off] [--programs empty,worldwind,…]
//                  [--views global,regional,site]
//
// Every program gets a browser of its own with an empty profile. Chromium is driven over its
// DevTools pipe (descriptors 3 and 4), so no package is needed for it. Written to OUT: results.json
// and PROGRAM-VIEW.png. Linux only: processor time and memory come from /proc.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "./server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"]).toString());
const PROGRAMS = {
  empty: { page: "empty.html" },
  worldwind: { page: "worldwind.html", npm: "worldwindjs" },
  cesium: { page: "cesium.html", npm: "cesium" },
  "cesium-no-msaa": { page: "cesium.html?msaa=off", npm: "cesium" },
  "cesium-lean": { page: "cesium.html?msaa=off&lean=on", npm: "cesium" },
};
const FLAGS = [
  "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check",
  "--disable-background-networking", "--disable-component-update", "--disable-extensions",
  "--disable-default-apps", "--disable-sync", "--disable-breakpad", "--disable-crash-reporter",
  "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--mute-audio",
  "--disable-frame-rate-limit", "--disable-gpu-vsync", "--force-device-scale-factor=1",
  "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
];
/** No answer for so long (milliseconds) ends a program's run. */
const PATIENCE = 900_000;

/** DevTools over the pipe: messages are JSON ended by a zero byte. */
class DevTools {
  constructor(process) {
    this.input = process.stdio[3];
    this.waiting = new Map();
    this.next = 1;
    this.log = [];
    let rest = Buffer.alloc(0);
    process.stdio[4].on("data", (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.receive(JSON.parse(rest.subarray(0, end).toString()));
        rest = rest.subarray(end + 1);
      }
    });
    process.on("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("Chromium ended"));
      this.waiting.clear();
    });
  }

  receive(message) {
    const call = this.waiting.get(message.id);
    if (call) {
      this.waiting.delete(message.id);
      clearTimeout(call.timer);
      if (message.error) call.reject(new Error(message.error.message));
      else call.resolve(message.result);
    } else if (message.method === "Runtime.consoleAPICalled") {
      const text = message.params.args.map((a) => a.value ?? a.description).join(" ");
      this.log.push(`${message.params.type}: ${text}`);
    } else if (message.method === "Runtime.exceptionThrown") {
      this.log.push(`exception: ${message.params.exceptionDetails.exception?.description}`);
    }
  }

  send(method, params = {}, sessionId = this.session) {
    const id = this.next;
    this.next += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`no answer to ${method} for ${PATIENCE / 1000} s`));
      }, PATIENCE);
      this.waiting.set(id, { resolve, reject, timer });
      this.input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** Value of an expression in the page; a promise is awaited. */
  async evaluate(expression) {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const answer = await this.send("Runtime.evaluate", options);
    if (answer.exceptionDetails) {
      const { exception, text } = answer.exceptionDetails;
      throw new Error(exception?.description ?? text);
    }
    return answer.result.value;
  }
}

/** All processes below `root`, itself included: [{pid, kind, cpu_s}]. */
function family(root) {
  const found = [];
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const kind = /--type=([a-z-]+)/.exec(command)?.[1] ?? "browser";
      parents.set(Number(name), Number(fields[1]));
      found.push({ pid: Number(name), kind, cpu_s: (+fields[11] + +fields[12]) / TICKS });
    } catch {
      // The process ended while we looked.
    }
  }
  const below = (pid) => pid === root || (pid > 1 && below(parents.get(pid) ?? 0));
  return found.filter((p) => below(p.pid));
}

const cpuSeconds = (root) => family(root).reduce((sum, p) => sum + p.cpu_s, 0);

/** MiB of all processes and of the GPU and renderer processes alone, RSS and PSS. */
function memory(root) {
  const sum = { rss: 0, pss: 0, drawing_rss: 0, drawing_pss: 0 };
  for (const { pid, kind } of family(root)) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)[1]) / 1024;
      const [rss, pss] = [field("Rss"), field("Pss")];
      sum.rss += rss;
      sum.pss += pss;
      if (kind === "gpu-process" || kind === "renderer") {
        sum.drawing_rss += rss;
        sum.drawing_pss += pss;
      }
    } catch {
      // As above.
    }
  }
  return sum;
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

const spread = (values) => ({ median: quantile(values, 0.5), p95: quantile(values, 0.95) });

async function launch(chromium, path) {
  const profile = mkdtempSync(join(tmpdir(), "globe-profile."));
  const root = process.getuid() === 0 ? ["--no-sandbox"] : [];
  const size = `--window-size=${path.width},${path.height}`;
  const begin = performance.now();
  const child = spawn(chromium, [...FLAGS, ...root, size, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const tools = new DevTools(child);
  const close = async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    tools.send("Browser.close", {}, undefined).catch(() => {});
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    if (child.exitCode === null) await gone;
    clearTimeout(timer);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const target = await tools.send("Target.createTarget", { url: "about:blank" });
    const options = { targetId: target.targetId, flatten: true };
    tools.session = (await tools.send("Target.attachToTarget", options)).sessionId;
    await tools.send("Runtime.enable");
    await tools.send("Emulation.setDeviceMetricsOverride", {
      width: path.width, height: path.height, deviceScaleFactor: 1, mobile: false,
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { tools, pid: child.pid, begin, close };
}

/** Loads the page and waits for its first complete globe. */
async function open(browser, url) {
  await browser.tools.send("Page.enable");
  await browser.tools.send("Page.navigate", { url });
  const limit = performance.now() + 120_000;
  while (performance.now() < limit) {
    const first = await browser.tools
      .evaluate("window.bench && (window.bench.firstGlobe ?? null)").catch(() => null);
    if (first) return { ...first, from_launch_ms: performance.now() - browser.begin };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const errors = await browser.tools.evaluate("window.bench && window.bench.errors");
  throw new Error(`no complete globe in 120 s: ${JSON.stringify([errors, browser.tools.log])}`);
}

async function measureView(browser, name, view, frames, out) {
  const { tools, pid } = browser;
  const prepared = await tools.evaluate(`bench.prepare("${view}")`);
  const begin = cpuSeconds(pid);
  const drawn = await tools.evaluate(`bench.drawn("${view}")`);
  const cpu_s = cpuSeconds(pid) - begin;
  const shown = await tools.evaluate(`bench.shown("${view}")`);
  const busy = memory(pid);
  await tools.send("HeapProfiler.collectGarbage");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const swept = memory(pid);
  const picture = await tools.evaluate(`bench.picture("${view}", ${Math.floor(frames / 2)})`);
  writeFileSync(join(out, `${name}-${view}.png`), Buffer.from(picture.png, "base64"));
  return {
    ...prepared,
    frames: [drawn.length, shown.length],
    picture_complete: picture.complete,
    frame_ms: spread(drawn.map((f) => f.ms)),
    script_ms: spread(drawn.map((f) => f.script_ms)),
    // The ten frames before the measured ones are in it too.
    cpu_ms_per_frame: (cpu_s * 1000) / (drawn.length + 10),
    shown_ms: spread(shown),
    memory_mib: busy,
    memory_after_gc_mib: swept,
  };
}

async function runProgram(args, name, server, path) {
  const { page, npm } = PROGRAMS[name];
  // The package says its version; WebWorldWind's own constant is years behind it.
  const version = npm && JSON.parse(readFileSync(join(args.lib, npm, "package.json"))).version;
  const separator = page.includes("?") ? "&" : "?";
  const url = `http://127.0.0.1:${server.port}/page/${page}${separator}terrain=${args.terrain}`;
  const browser = await launch(args.chromium, path);
  try {
    const load_begin = loadavg();
    const first = await open(browser, url);
    const about = await browser.tools.evaluate("bench.about()");
    const views = {};
    for (const { name: view, steps } of path.views.filter((v) => args.views.includes(v.name))) {
      views[view] = await measureView(browser, name, view, steps.length, args.out);
      const { frame_ms, load_ms, frames_waited, complete, counts } = views[view];
      console.error(`${name} ${view}: ${frame_ms.median.toFixed(1)} ms, tiles after ` +
        `${(load_ms / 1000).toFixed(1)} s, ${frames_waited} frames waited for more, ` +
        `${complete ? "complete" : "NOT complete"}, ${JSON.stringify(counts)}`);
    }
    const errors = await browser.tools.evaluate("bench.errors");
    const kinds = family(browser.pid).map((p) => p.kind);
    return {
      ...about, npm, package_version: version, first, views, errors, log: browser.tools.log, kinds,
      loadavg: [load_begin, loadavg()],
    };
  } finally {
    await browser.close();
  }
}

function table(results, empty) {
  const rows = [[
    "program", "view", "frame ms", "p95", "script ms", "shown ms", "CPU ms",
    "PSS MiB", "net", "GPU+page", "net", "after GC", "net", "complete",
  ]];
  const n = (x) => x.toFixed(x < 10 ? 2 : x < 100 ? 1 : 0);
  for (const [name, result] of Object.entries(results)) {
    for (const [view, v] of Object.entries(result.views)) {
      const base = empty?.views[view];
      const [m, g] = [v.memory_mib, v.memory_after_gc_mib];
      const net = (a, b) => (base ? n(a - b) : "-");
      rows.push([
        name, view, n(v.frame_ms.median), n(v.frame_ms.p95), n(v.script_ms.median),
        n(v.shown_ms.median), n(v.cpu_ms_per_frame), n(m.pss), net(m.pss, base?.memory_mib.pss),
        n(m.drawing_pss), net(m.drawing_pss, base?.memory_mib.drawing_pss),
        n(g.drawing_pss), net(g.drawing_pss, base?.memory_after_gc_mib.drawing_pss),
        v.complete && v.picture_complete ? "yes" : "NO",
      ]);
    }
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((r) => r[i].length)));
  const line = (row) =>
    row.map((s, i) => (i < 2 ? s.padEnd(widths[i]) : s.padStart(widths[i]))).join("  ");
  return rows.map(line).join("\n");
}

function firsts(results) {
  return Object.entries(results).map(([name, r]) => {
    const loads = r.loadavg.map((l) => l[0].toFixed(1)).join(" to ");
    const npm = r.npm ? ` (npm ${r.npm} ${r.package_version})` : "";
    return `${name}: ${r.program}${npm}; ${r.settings}; first complete globe ` +
      `${(r.first.at / 1000).toFixed(2)} s after navigation, ` +
      `${(r.first.from_launch_ms / 1000).toFixed(2)} s after launch` +
      `${r.first.complete ? "" : " (NOT complete)"}; load average ${loads}` +
      `${r.errors.length || r.log.length ? `; ${r.errors.length + r.log.length} messages` : ""}`;
  }).join("\n");
}

function options() {
  const args = {
    chromium: "chromium", terrain: "on", programs: Object.keys(PROGRAMS).join(","),
    views: "global,regional,site",
  };
  const given = process.argv.slice(2);
  for (let i = 0; i < given.length; i += 2) args[given[i].replace(/^--/, "")] = given[i + 1];
  args.programs = args.programs.split(",");
  args.views = args.views.split(",");
  const unknown = args.programs.filter((p) => !(p in PROGRAMS));
  if (!args.lib || !args.data || !args.out || unknown.length > 0) {
    console.error("usage: node run.mjs --lib NODE_MODULES --data FOLDER --out FOLDER " +
      `[--chromium PROGRAM] [--terrain on|off] [--programs ${Object.keys(PROGRAMS).join(",")}] ` +
      `[--views global,regional,site]`);
    process.exit(2);
  }
  return args;
}

const args = options();
const path = JSON.parse(readFileSync(join(HERE, "camera_path.json")));
const tiles = JSON.parse(readFileSync(join(args.data, "tiles.json")));
mkdirSync(args.out, { recursive: true });
const version = execFileSync(args.chromium, ["--version"], { stdio: ["ignore", "pipe", "ignore"] })
  .toString().trim();
const server = await serve({ lib: args.lib, data: args.data });
const results = {};
let failed = false;
for (const name of args.programs) {
  try {
    results[name] = await runProgram(args, name, server, path);
  } catch (error) {
    failed = true;
    console.error(`${name} did not finish: ${error.message}`);
  }
}
server.close();
const machine = { processor: cpus()[0].model, processors: cpus().length, chromium: version, tiles };
writeFileSync(join(args.out, "results.json"),
  JSON.stringify({ machine, terrain: args.terrain, answers: server.counts, results }, null, 1));
console.log(`${version}; ${machine.processors} x ${machine.processor}; ` +
  `${path.width} x ${path.height}; ${tiles.picture}, ${tiles.levels} levels; ` +
  `terrain ${args.terrain}`);
console.log(Object.values(results)[0]?.renderer ?? "");
console.log(table(results, results.empty));
console.log(firsts(results));
console.log("frame: camera set, drawn, one pixel read back, no presentation; script: its part " +
  "before the read-back; shown: frame to frame with presentation; CPU: all browser processes " +
  "per frame; PSS: all browser processes, GPU+page those that draw; net: less the empty page");
console.log(`pictures and results.json: ${args.out}`);
process.exit(failed ? 1 : 0);
