// WebWorldWind on Mars: one imagery layer and one elevation coverage from the local server.
//
// All settings are the library's own (detail control 1.75 for imagery, 40 for terrain; no
// antialiasing, which it turns off itself). The level-zero tiles are 90 degrees wide, level 1 of
// the shared matrix, because its bounding boxes do not take sectors of 180 degrees.

(async () => {
  const bench = window.bench;
  const W = WorldWind;
  bench.path = await bench.json("camera_path.json");
  const tiles = await bench.json("/tiles.json");
  W.Logger.setLoggingLevel(W.Logger.LEVEL_WARNING);

  const elevations = new W.ElevationModel();
  let coverage = null;
  if (bench.options.terrain) {
    coverage = new W.TiledElevationCoverage({
      coverageSector: W.Sector.FULL_SPHERE,
      resolution: 45 / 256,
      retrievalImageFormat: "application/bil16",
      minElevation: -9000,
      maxElevation: 23000,
      urlBuilder: {
        urlForTile: (tile) => `/heights/area/${tile.level.levelNumber}/${tile.row}/${tile.column}`,
      },
    });
    elevations.addCoverage(coverage);
  }

  const wwd = new W.WorldWindow("view", elevations);
  // Frames are drawn by hand: the library's own loop must not draw between them.
  window.cancelAnimationFrame(wwd.redrawRequestId);
  wwd.animationFrameLoop = () => {};
  const { equatorial_m: a, polar_m: b } = bench.path.ellipsoid;
  wwd.globe.equatorialRadius = a;
  wwd.globe.polarRadius = b;
  wwd.globe.eccentricitySquared = 1 - (b * b) / (a * a);
  wwd.camera.fieldOfView = bench.path.fov_y_deg;

  const mime = tiles.format === "png" ? "image/png" : "image/jpeg";
  const layer = new W.TiledImageLayer("imagery", W.Sector.FULL_SPHERE, new W.Location(90, 90),
    tiles.levels - 1, mime, "mars", 256, 256);
  layer.urlBuilder = {
    urlForTile: (tile) => {
      const level = tile.level.levelNumber + 1;
      const row = 2 ** level - 1 - tile.row;
      return `/tiles/${level}/${row}/${tile.column}.${tiles.format}`;
    },
  };
  wwd.addLayer(layer);

  const lookAt = new W.LookAt();
  const draw = () => {
    wwd.redrawRequested = true;
    wwd.redrawIfNeeded();
  };
  bench.program = "WebWorldWind";
  bench.settings = `terrain ${bench.options.terrain ? "on" : "off"}, no antialiasing (its own)`;
  await bench.start({
    gl: wwd.drawContext.currentGlContext,
    aim: (step) => {
      lookAt.position.latitude = step.lat;
      lookAt.position.longitude = step.lon;
      lookAt.position.altitude = step.height_m;
      lookAt.range = step.range_m;
      lookAt.heading = step.heading;
      lookAt.tilt = step.tilt;
      wwd.cameraFromLookAt(lookAt);
    },
    draw,
    busy: () =>
      layer.currentRetrievals.length > 0 ||
      (coverage !== null && coverage.currentRetrievals.length > 0) ||
      wwd.redrawRequested,
    counts: () => ({
      terrain_tiles: wwd.frameStatistics.terrainTileCount,
      image_tiles: wwd.frameStatistics.imageTileCount,
      eye_m: wwd.camera.position.altitude,
      gpu_cache_mb: wwd.drawContext.gpuResourceCache.usedCapacity / 2 ** 20,
    }),
  });
})();
