// What the pages share: the camera path, waiting for tiles, and the measured loops.
//
// A page calls `bench.start(adapter)` once. The adapter has
//   gl                 the WebGL context
//   aim(step)          sets the camera: {lat, lon, height_m, range_m, heading, tilt}, see
//                      camera_path.json
//   draw()             draws one frame, all calls issued when it returns
//   busy()             true while tiles for the current view are under way
//   counts()           a plain object for the log
// run.mjs calls the other functions of `bench` through the DevTools protocol.

const QUERY = new URLSearchParams(location.search);

window.bench = {
  options: {
    terrain: QUERY.get("terrain") !== "off",
    msaa: QUERY.get("msaa") !== "off",
    lean: QUERY.get("lean") === "on",
  },
  adapter: null,
  path: null,
  firstGlobe: null,
  errors: [],

  nextFrame: () => new Promise((resolve) => requestAnimationFrame(resolve)),

  /** Reads JSON of the server. */
  json: (url) => fetch(url).then((answer) => answer.json()),

  steps(view) {
    const steps = this.path.views.find((v) => v.name === view).steps;
    // Without terrain the ellipsoid is the ground, so the target goes down or up to it.
    return this.options.terrain ? steps : steps.map((s) => ({ ...s, height_m: 0 }));
  },

  /** One pixel read back: returns when the rasteriser has finished all that was issued. */
  finish() {
    const gl = this.adapter.gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, this.pixel);
  },
  pixel: new Uint8Array(4),

  frame(step) {
    const begin = performance.now();
    this.adapter.aim(step);
    this.adapter.draw();
    const issued = performance.now();
    this.finish();
    const end = performance.now();
    return { ms: end - begin, script_ms: issued - begin, end };
  },

  /**
   * Draws until nothing has been under way for five frames, three minutes at most (CesiumJS goes
   * one level deeper in a frame or two, which takes seconds each with software GL). `at`: when the
   * first of the quiet frames ended; the end of the last one where tiles were still missing.
   */
  async settle(step, limit_ms = 180000) {
    const begin = performance.now();
    let quiet = 0;
    let frames = 0;
    let at = begin;
    while (quiet < 5 && performance.now() - begin < limit_ms) {
      const { end } = this.frame(step);
      await this.nextFrame();
      frames += 1;
      if (this.adapter.busy()) {
        quiet = 0;
        at = end;
      } else {
        if (quiet === 0) at = end;
        quiet += 1;
      }
    }
    return { complete: quiet >= 5, ms: at - begin, at, frames };
  },

  /** Takes the adapter and brings up the first complete globe (milliseconds since navigation). */
  async start(adapter) {
    this.adapter = adapter;
    const first = await this.settle(this.steps("global")[0]);
    this.firstGlobe = { ...first, counts: adapter.counts() };
  },

  /**
   * Brings all tiles along a view into memory, and the camera back to its first step. The walk
   * along the view ends after a minute, wherever it is then.
   */
  async prepare(view) {
    const steps = this.steps(view);
    const begin = await this.settle(steps[0]);
    const limit = performance.now() + 60000;
    let waited = 0;
    for (const step of steps) {
      if (performance.now() > limit) break;
      this.frame(step);
      await this.nextFrame();
      while (this.adapter.busy() && performance.now() < limit) {
        this.frame(step);
        await this.nextFrame();
        waited += 1;
      }
    }
    const end = await this.settle(steps[0]);
    return {
      complete: begin.complete && end.complete,
      load_ms: begin.ms,
      frames_waited: waited,
      counts: this.adapter.counts(),
    };
  },

  /**
   * Frame times along a view in one task: nothing is shown and nothing is loaded between them.
   * Ten frames before the measured ones are left out. A program that needs more than a minute for
   * the view stops then, but not before its twentieth frame.
   */
  drawn(view) {
    const steps = this.steps(view);
    steps.slice(0, 10).forEach((step) => this.frame(step));
    const limit = performance.now() + 60000;
    const frames = [];
    for (const step of steps) {
      if (frames.length >= 20 && performance.now() > limit) break;
      frames.push(this.frame(step));
    }
    return frames;
  },

  /** Milliseconds from frame to frame while the browser shows every one of them. As bounded. */
  async shown(view) {
    const times = [];
    const limit = performance.now() + 60000;
    let last = await this.nextFrame().then(() => performance.now());
    for (const step of this.steps(view)) {
      if (times.length >= 20 && performance.now() > limit) break;
      this.frame(step);
      await this.nextFrame();
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times;
  },

  /** The canvas as a PNG (base64) at one step of a view, all tiles there. */
  async picture(view, index) {
    const step = this.steps(view)[index];
    const { complete } = await this.settle(step);
    this.frame(step);
    const url = this.adapter.gl.canvas.toDataURL("image/png");
    return { complete, png: url.slice(url.indexOf(",") + 1) };
  },

  about() {
    const gl = this.adapter.gl;
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    return {
      renderer: gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER),
      version: gl.getParameter(gl.VERSION),
      size: [gl.drawingBufferWidth, gl.drawingBufferHeight],
      pixel_ratio: window.devicePixelRatio,
      antialias: gl.getContextAttributes().antialias,
      program: this.program,
      settings: this.settings,
    };
  },
};

window.addEventListener("error", (event) => window.bench.errors.push(String(event.message)));
window.addEventListener("unhandledrejection", (e) => window.bench.errors.push(String(e.reason)));
