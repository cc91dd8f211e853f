//! KML made here: all geometries, folders, properties, broken files.

use proptest::prelude::*;

use super::*;
use crate::format::zip::stored;

const FILE: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><name>Sites</name><Style id="s"><IconStyle/></Style>
 <Folder>
  <Placemark><name>InSight</name><description><![CDATA[<b>Lander</b><br/>on Elysium]]></description>
   <ExtendedData><Data name="sol"><value>1440</value></Data>
    <SchemaData schemaUrl="#x"><SimpleData name="kind">lander</SimpleData></SchemaData></ExtendedData>
   <Point><coordinates>135.623447,4.502384,-2613.4</coordinates></Point></Placemark>
  <Placemark><name>way</name><LineString><tessellate>1</tessellate>
   <coordinates>
     137.44,-4.58 137.45,-4.59,0
     137.46,-4.60
   </coordinates></LineString></Placemark>
 </Folder>
 <Placemark><name>area</name><MultiGeometry>
  <Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 10,0 10,10 0,10 0,0</coordinates>
   </LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing>
   <coordinates>4,4 6,4 6,6 4,4</coordinates></LinearRing></innerBoundaryIs></Polygon>
  <Point><coordinates>5,5</coordinates></Point></MultiGeometry></Placemark>
 <Placemark><gx:Track><gx:coord>1 2 3</gx:coord><gx:coord>2 3 4</gx:coord></gx:Track></Placemark>
</Document></kml>"##;

#[test]
fn all_geometries_are_read() {
    assert!(sniff(FILE.as_bytes()));
    let (features, problems) = read(FILE.as_bytes());
    assert_eq!(problems, []);
    assert_eq!(features.len(), 4);
    let insight = &features[0];
    assert_eq!(insight.text("name"), "InSight");
    assert_eq!(insight.text("description"), "Lander on Elysium");
    assert_eq!((insight.number("sol"), insight.text("kind")), (Some(1440.0), "lander"));
    let Shape::Point(place) = insight.shapes[0] else { panic!("no point") };
    assert_eq!((place.longitude_deg, place.latitude_deg), (135.623447, 4.502384));
    assert_eq!(place.elevation_m, Some(-2613.4));
    assert!(matches!(&features[1].shapes[0], Shape::Line(l) if l.len() == 3));
    let [Shape::Polygon(rings), Shape::Point(_)] = &features[2].shapes[..] else {
        panic!("no area and point: {:?}", features[2].shapes)
    };
    assert_eq!((rings[0].len(), rings[1].len()), (5, 4));
    assert!(matches!(&features[3].shapes[0], Shape::Line(l) if l.len() == 2));
}

#[test]
fn a_kmz_holds_the_same() {
    let archive = stored(&[("files/x.png", b"no"), ("doc.kml", FILE.as_bytes())]);
    assert_eq!(read_kmz(&archive), read(FILE.as_bytes()));
    let (features, problems) = read_kmz(&stored(&[("x.txt", b"")]));
    assert!(features.is_empty() && problems[0].reason.contains("no .kml"));
}

#[test]
fn what_is_no_place_is_told() {
    let text = "<kml><Placemark><LineString><coordinates>1,2 x,y 3,95 4,5</coordinates>\
                </LineString></Placemark></kml>";
    let (features, problems) = read(text.as_bytes());
    assert!(matches!(&features[0].shapes[0], Shape::Line(l) if l.len() == 2));
    assert!(problems[0].reason.starts_with("2 places"), "{problems:?}");
    let (features, problems) = read(b"<kml><Document/></kml>");
    assert!(features.is_empty() && problems[0].reason.contains("no Placemark"));
    assert!(!read(b"<gpx/>").1.is_empty());
    let (features, problems) = read(&FILE.as_bytes()[..FILE.len() / 2]);
    assert!(!features.is_empty() && !problems.is_empty());
}

proptest! {
    #[test]
    fn any_cut_is_survived(at in 0..1500_usize, junk in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut bytes = FILE.as_bytes()[..at.min(FILE.len())].to_vec();
        bytes.extend(junk);
        let (features, _) = read(&bytes);
        prop_assert!(features.len() <= 4);
    }
}
