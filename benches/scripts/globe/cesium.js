// CesiumJS on Mars: one imagery layer and one height map terrain from the local server.
//
// Off: sky box, Sun, Moon, sky and ground atmosphere, lighting, fog (the other programs have none).
// All else is the library's own (screen space error 2; 4 x MSAA unless ?msaa=off), except that the
// scene is 3-D only, which the library recommends to save memory. ?lean=on also turns off what a
// globe without translucent objects can miss: order-independent translucency and the copies of the
// depth buffer for picking. Heights are asked for down to level 4 (0.18 degrees between posts,
// finer than the data); below that Cesium splits them itself.

(async () => {
  const bench = window.bench;
  const C = Cesium;
  bench.path = await bench.json("camera_path.json");
  const tiles = await bench.json("/tiles.json");
  const { equatorial_m: a, polar_m: b } = bench.path.ellipsoid;
  const ellipsoid = new C.Ellipsoid(a, a, b);
  C.Ellipsoid.default = ellipsoid;
  const tilingScheme = new C.GeographicTilingScheme({ ellipsoid });

  let terrainProvider = new C.EllipsoidTerrainProvider({ tilingScheme });
  if (bench.options.terrain) {
    terrainProvider = new C.CustomHeightmapTerrainProvider({
      width: 65,
      height: 65,
      tilingScheme,
      callback: async (x, y, level) => {
        const answer = await fetch(`/heights/grid/${level}/${y}/${x}`);
        return new Float32Array(await answer.arrayBuffer());
      },
    });
    terrainProvider.getTileDataAvailable = (x, y, level) => level <= 4;
  }

  const widget = new C.CesiumWidget("view", {
    ellipsoid,
    globe: new C.Globe(ellipsoid),
    terrainProvider,
    baseLayer: new C.ImageryLayer(
      new C.UrlTemplateImageryProvider({
        url: `/tiles/{z}/{y}/{x}.${tiles.format}`,
        tilingScheme,
        minimumLevel: 0,
        maximumLevel: tiles.levels - 1,
      }),
    ),
    skyBox: false,
    skyAtmosphere: false,
    scene3DOnly: true,
    orderIndependentTranslucency: !bench.options.lean,
    msaaSamples: bench.options.msaa ? 4 : 1,
    contextOptions: { webgl: { antialias: bench.options.msaa } },
    useDefaultRenderLoop: false,
    creditContainer: document.createElement("div"),
  });
  const scene = widget.scene;
  scene.backgroundColor = C.Color.BLACK;
  scene.fog.enabled = false;
  scene.useDepthPicking = !bench.options.lean;
  scene.globe.showGroundAtmosphere = false;
  scene.globe.enableLighting = false;
  scene.screenSpaceCameraController.enableInputs = false;
  widget.resize();

  const aspect = bench.path.width / bench.path.height;
  const fovY = C.Math.toRadians(bench.path.fov_y_deg);
  // Cesium's angle belongs to the longer side.
  scene.camera.frustum.fov = 2 * Math.atan(aspect * Math.tan(fovY / 2));
  scene.camera.frustum.aspectRatio = aspect;

  bench.program = "CesiumJS";
  const msaa = scene.msaaSamples;
  bench.settings = `terrain ${bench.options.terrain ? "on" : "off"}, MSAA ${msaa} x, ` +
    `screen space error ${scene.globe.maximumScreenSpaceError}, fog, sky and lighting off` +
    `${bench.options.lean ? ", translucency order and depth picking off" : ""}`;
  const gl = scene.context._gl;
  await bench.start({
    gl,
    aim: (step) => {
      const target = C.Cartesian3.fromDegrees(step.lon, step.lat, step.height_m, ellipsoid);
      scene.camera.lookAt(target, new C.HeadingPitchRange(
        C.Math.toRadians(step.heading), C.Math.toRadians(step.tilt - 90), step.range_m));
      scene.camera.lookAtTransform(C.Matrix4.IDENTITY);
    },
    draw: () => scene.render(),
    busy: () => !scene.globe.tilesLoaded,
    counts: () => {
      const drawn = scene.globe._surface._tilesToRender;
      return {
        terrain_tiles: drawn.length,
        deepest_level: Math.max(...drawn.map((tile) => tile.level)),
        eye_m: scene.camera.positionCartographic.height,
      };
    },
  });
})();
