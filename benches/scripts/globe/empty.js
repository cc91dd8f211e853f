// The baseline: a WebGL page of the same size that only clears.

(async () => {
  const bench = window.bench;
  bench.path = await bench.json("camera_path.json");
  const gl = document.getElementById("view").getContext("webgl2", { antialias: false });
  bench.program = "WebGL, clear only";
  bench.settings = "no antialiasing";
  let turn = 0;
  await bench.start({
    gl,
    aim: (step) => {
      turn = step.lon / 360;
    },
    draw: () => {
      gl.clearColor(0.2, 0.1, Math.abs(turn), 1);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    },
    busy: () => false,
    counts: () => ({}),
  });
})();
