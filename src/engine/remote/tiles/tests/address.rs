//! Addresses against published examples, the geometry of the pyramids, capabilities, TOML.

use super::*;

fn key(level: u32, x: u32, y: u32) -> TileKey {
    TileKey { level, x, y }
}

#[test]
fn trek_layers_are_asked_for_as_nasa_documents_them() {
    let layers = trek();
    assert_eq!(layers.len(), 4);
    for layer in &layers {
        assert_eq!(layer.check(), Ok(()), "{}", layer.id);
        assert!(!layer.credit.is_empty());
    }
    // FACTS 4.13; trek.nasa.gov's own example for this layer, with level, row, column.
    assert_eq!(
        layers[0].url_of(key(3, 12, 5)).unwrap(),
        "https://trek.nasa.gov/tiles/Mars/EQ/Mars_Viking_MDIM21_ClrMosaic_global_232m/1.0.0/\
         default/default028mm/3/5/12.jpg"
    );
    assert_eq!(layers[0].url_of(key(0, 2, 0)), None, "two columns at level 0");
    assert_eq!(layers[0].url_of(key(8, 0, 0)), None, "beyond its levels");
    // 232 m per pixel is 255.5 pixels per degree: level 7 has 182 pixels per degree, 8 has 364.
    assert!(matches!(layers[3].role, Role::Elevation { encoding: Encoding::Grey { .. } }));
}

#[test]
fn rows_of_tms_count_from_the_south() {
    // OSGeo TMS 1.0.0, global-geodetic: tile 0/0 is the south-western corner.
    let mut tms = service("https://tile.example/tms/1.0.0/mola@png");
    tms.kind = ServiceKind::Tms;
    tms.url = "https://tile.example/tms/1.0.0/mola/{z}/{x}/{y}.png".to_owned();
    assert!(tms.url_of(key(1, 0, 1)).unwrap().ends_with("/1/0/0.png"));
    assert!(tms.url_of(key(1, 3, 0)).unwrap().ends_with("/1/3/1.png"));
    // MMGIS test mission: TMS tile 17/115550/63834 of the Gale HiRISE layer is row 67237.
    tms.matrix = Matrix::WebMercator;
    tms.max_level = 18;
    assert!(tms.url_of(key(17, 115_550, 67_237)).unwrap().ends_with("/17/115550/63834.png"));
    // The same by the other spelling.
    tms.kind = ServiceKind::Xyz;
    tms.url = "https://tile.example/{z}/{x}/{-y}.png".to_owned();
    assert!(tms.url_of(key(17, 115_550, 67_237)).unwrap().ends_with("/17/115550/63834.png"));
    tms.first_level = 2;
    assert!(tms.url_of(key(1, 0, 0)).unwrap().ends_with("/3/0/1.png"));
}

#[test]
fn wms_boxes_follow_the_axes_of_their_reference_system() {
    let mut wms = service("https://maps.example");
    wms.url = "https://maps.example/wms?map=mars".to_owned();
    wms.layers = "mdim 2.1,grid".to_owned();
    wms.tile_px = 256;
    let tile = key(1, 3, 0);
    let ask = |wms: &TileService| wms.url_of(tile).unwrap();
    // OGC 01-068r3, 7.3.3.4 and 7.3.3.6: SRS, always longitude first.
    wms.kind = ServiceKind::Wms111;
    assert_eq!(
        ask(&wms),
        "https://maps.example/wms?map=mars&SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap\
         &LAYERS=mdim%202.1,grid&STYLES=&SRS=EPSG:4326&BBOX=90,0,180,90&WIDTH=256&HEIGHT=256\
         &FORMAT=image/png&TRANSPARENT=TRUE"
    );
    // OGC 06-042, 6.7.3.2 and 7.3.3.6: CRS, axes as defined, so EPSG:4326 has latitude first.
    wms.kind = ServiceKind::Wms130;
    assert!(ask(&wms).contains("&VERSION=1.3.0&"));
    assert!(ask(&wms).contains("&CRS=EPSG:4326&BBOX=0,90,90,180&"));
    for (crs, corners) in [
        ("CRS:84", "90,0,180,90"),
        ("IAU_2015:49900", "0,90,90,180"),
        ("IAU2000:49900", "0,90,90,180"),
    ] {
        wms.crs = crs.to_owned();
        assert!(ask(&wms).contains(&format!("&CRS={crs}&BBOX={corners}&")), "{}", ask(&wms));
    }
    wms.axes = Axes::LonLat;
    assert!(ask(&wms).contains("&BBOX=90,0,180,90&"));
    // EPSG:3857, 1/1/0: from the origin to π · 6378137 m, as every description of it gives.
    let mut wms = TileService { matrix: Matrix::WebMercator, crs: String::new(), ..wms };
    wms.axes = Axes::ByCrs;
    let url = wms.url_of(key(1, 1, 0)).unwrap();
    assert!(
        url.contains("&CRS=EPSG:3857&BBOX=0,0,20037508.342789244,20037508.342789244&"),
        "{url}"
    );
}

#[test]
fn tiles_lie_where_they_should() {
    let b = Matrix::Geographic.bounds(key(0, 1, 0)).unwrap();
    assert_eq!((b.west, b.south, b.east, b.north), (0.0, -90.0, 180.0, 90.0));
    // InSight (4.50° N, 135.62° E) at level 3: 22.5° squares.
    let b = Matrix::Geographic.bounds(key(3, 14, 3)).unwrap();
    assert_eq!((b.west, b.south, b.east, b.north), (135.0, 0.0, 157.5, 22.5));
    // Web Mercator ends at 85.0511° (EPSG:3857).
    let b = Matrix::WebMercator.bounds(key(0, 0, 0)).unwrap();
    assert!((b.north - 85.051_128_78).abs() < 1e-7 && (b.south + b.north).abs() < 1e-9);
    assert_eq!(Matrix::WebMercator.bounds(key(1, 2, 0)), None);
    assert_eq!(Matrix::Geographic.size(31), None);
    assert_eq!(Matrix::Geographic.size(u32::MAX), None);
}

proptest::proptest! {
    /// Every point of an area lies in one of its tiles, and no tile comes twice.
    #[test]
    fn an_area_is_covered_once(
        west in -180.0..360.0_f64, width in 0.01..360.0_f64,
        south in -90.0..89.0_f64, height in 0.01..90.0_f64,
        u in 0.0..1.0_f64, v in 0.0..1.0_f64, level in 0..6_u32, mercator: bool,
    ) {
        let north = (south + height).min(90.0);
        let mut service = service("http://localhost");
        if mercator {
            service.matrix = Matrix::WebMercator;
        }
        let area = Area { west, south, east: west + width, north };
        let cover = super::super::area::Cover::of(&service, area, (level, level));
        let keys: Vec<TileKey> = (0..cover.len()).filter_map(|i| cover.key(i)).collect();
        let distinct: std::collections::BTreeSet<_> = keys.iter().copied().collect();
        assert_eq!((keys.len() as u64, keys.len()), (cover.len(), distinct.len()));
        assert!(keys.iter().all(|k| service.has(*k)));
        let latitude = south + v * (north - south);
        let longitude = (west + u * width + 180.0).rem_euclid(360.0) - 180.0;
        let holds = |k: &TileKey| {
            let b = service.bounds(*k).unwrap();
            let latitude = latitude.clamp(-85.0, 85.0);
            (b.west - 1e-9..=b.east + 1e-9).contains(&longitude)
                && (b.south - 1e-9..=b.north + 1e-9).contains(&latitude)
        };
        assert!(keys.iter().any(holds) || latitude.abs() > 85.0, "{latitude} {longitude}");
    }
}

#[test]
fn services_survive_their_text_form_and_bad_ones_are_named() {
    let text = print_services(&trek()).unwrap();
    let (services, problems) = read_services(&text);
    assert_eq!((services, problems), (trek(), Vec::new()));
    let (services, problems) = read_services(
        "[[service]]\nid = 'gale'\nname = 'Gale'\nurl = 'https://x.example/{z}/{x}/{y}.png'\n\
         kind = 'tms'\nmatrix = 'web-mercator'\nmax_level = 17\nformat = 'png'\n\
         role.elevation.encoding = 'float-rgba'\n\
         [[service]]\nid = '../up'\nname = ''\nurl = 'https://x.example/{z}/{x}/{y}'\n\
         max_level = 3\n\
         [[service]]\nid = 'b'\nname = ''\nurl = 'file:///{z}/{x}/{y}'\nmax_level = 3\n\
         [[service]]\nid = 'c'\nname = ''\nurl = 'https://x.example/{z}/{x}.jpg'\nmax_level = 3\n\
         [[service]]\nid = 'gale'\nname = ''\nurl = 'https://x.example/{z}/{x}/{y}'\n\
         max_level = 3\n[[service]]\nid = 'd'\nspeed = 3\n",
    );
    assert_eq!(services.len(), 1);
    assert_eq!(services[0].role, Role::Elevation { encoding: Encoding::FloatRgba });
    let reasons: Vec<&str> = problems.iter().map(|p| p.reason.as_str()).collect();
    assert_eq!(reasons.len(), 5, "{reasons:?}");
    assert!(reasons[0].contains("the id must be"), "{reasons:?}");
    assert!(reasons[1].contains("no address of a server"), "{reasons:?}");
    assert!(reasons[2].contains("{y} or {TileRow}"), "{reasons:?}");
    assert!(reasons[3].contains("there twice"), "{reasons:?}");
    assert!(reasons[4].contains("unknown field `speed`"), "{reasons:?}");
    assert!(read_services("= 3").1[0].reason.starts_with("not TOML"));
}

/// Capabilities as Trek gives them for a layer, shortened; its scale rests on the Earth's radius.
const TREK: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
    xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
  <ows:ServiceProvider><ows:ProviderName>NASA Trek</ows:ProviderName></ows:ServiceProvider>
  <Contents>
    <Layer>
      <ows:Title>THEMIS Day IR</ows:Title>
      <ows:Identifier>Mars_MO/THEMIS</ows:Identifier>
      <Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style>
      <Format>image/jpeg</Format>
      <TileMatrixSetLink><TileMatrixSet>default028mm</TileMatrixSet></TileMatrixSetLink>
      <TileMatrixSetLink><TileMatrixSet>odd</TileMatrixSet></TileMatrixSetLink>
      <ResourceURL format="image/jpeg" resourceType="tile"
        template="https://t.example/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.jpg"/>
    </Layer>
    <Layer>
      <ows:Identifier>kvp</ows:Identifier><Format>image/png8</Format>
      <Style><ows:Identifier>plain</ows:Identifier></Style>
      <TileMatrixSetLink><TileMatrixSet>named</TileMatrixSet></TileMatrixSetLink>
    </Layer>
    <TileMatrixSet><ows:Identifier>default028mm</ows:Identifier>
      <ows:SupportedCRS>urn:ogc:def:crs:EPSG::4326</ows:SupportedCRS>
      <TileMatrix><ows:Identifier>0</ows:Identifier>
        <ScaleDenominator>2.795411320143589E8</ScaleDenominator>
        <TopLeftCorner>90.0 -180.0</TopLeftCorner><TileWidth>256</TileWidth>
        <TileHeight>256</TileHeight><MatrixWidth>2</MatrixWidth><MatrixHeight>1</MatrixHeight>
      </TileMatrix>
      <TileMatrix><ows:Identifier>1</ows:Identifier>
        <ScaleDenominator>1.3977056600717944E8</ScaleDenominator>
        <TopLeftCorner>90.0 -180.0</TopLeftCorner><TileWidth>256</TileWidth>
        <TileHeight>256</TileHeight><MatrixWidth>4</MatrixWidth><MatrixHeight>2</MatrixHeight>
      </TileMatrix>
    </TileMatrixSet>
    <TileMatrixSet><ows:Identifier>named</ows:Identifier>
      <TileMatrix><ows:Identifier>m:01</ows:Identifier>
        <ScaleDenominator>279541132.0143589</ScaleDenominator>
        <TopLeftCorner>-20037508.3428 20037508.3428</TopLeftCorner><TileWidth>256</TileWidth>
        <TileHeight>256</TileHeight><MatrixWidth>2</MatrixWidth><MatrixHeight>2</MatrixHeight>
      </TileMatrix>
    </TileMatrixSet>
    <TileMatrixSet><ows:Identifier>odd</ows:Identifier>
      <TileMatrix><ows:Identifier>0</ows:Identifier>
        <ScaleDenominator>2.236e8</ScaleDenominator><TopLeftCorner>90 -180</TopLeftCorner>
        <TileWidth>512</TileWidth><TileHeight>512</TileHeight>
        <MatrixWidth>2</MatrixWidth><MatrixHeight>1</MatrixHeight>
      </TileMatrix>
    </TileMatrixSet>
  </Contents>
</Capabilities>"#;

#[test]
fn capabilities_give_services_that_can_be_asked() {
    let (services, problems) = read_capabilities(TREK.as_bytes(), "https://t.example/w?x=1");
    assert_eq!(services.len(), 2, "{problems:?}");
    let themis = &services[0];
    assert_eq!((themis.id.as_str(), themis.name.as_str()), ("Mars_MO-THEMIS", "THEMIS Day IR"));
    assert_eq!((themis.min_level, themis.max_level, themis.matrix), (0, 1, Matrix::Geographic));
    assert_eq!(themis.credit, "NASA Trek");
    assert_eq!(
        themis.url_of(key(1, 2, 0)).unwrap(),
        "https://t.example/default/default028mm/1/0/2.jpg"
    );
    let kvp = &services[1];
    assert_eq!((kvp.min_level, kvp.max_level, kvp.matrix), (1, 1, Matrix::WebMercator));
    assert_eq!(
        kvp.url_of(key(1, 1, 0)).unwrap(),
        "https://t.example/w?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=kvp&STYLE=plain\
         &FORMAT=image/png&TILEMATRIXSET=named&TILEMATRIX=m:01&TILEROW=0&TILECOL=1"
    );
    // GIBS-like squares of 288° are not ours.
    assert!(problems.iter().any(|p| p.reason.contains("odd: it is cut neither")), "{problems:?}");
    let (none, problems) = read_capabilities(b"<html><body/></html>", "");
    assert!(none.is_empty() && problems[0].reason.contains("check the address"), "{problems:?}");
    // Cut off in the middle of the sets: what can be used is kept, the rest is named.
    let (_, problems) = read_capabilities(&TREK.as_bytes()[..TREK.len() - 900], "http://x");
    assert!(!problems.is_empty());
}
