//! `marsdeck time`, `mdb`, `simulate` and `snapshot`.

use super::data::{counts, walk};
use super::{Home, tree};

#[test]
fn every_clock_of_an_instant() {
    let home = Home::new();
    // Origin of S0235b in the catalogue of 2019-10: sol 235, 19:30:12.677 LMST.
    let json = home.say("time 2019-07-26T12:16:15.587Z --json").done().json();
    assert_eq!(json["utc"], "2019-07-26T12:16:15.587Z");
    assert_eq!(json["utc_doy"], "2019-207T12:16:15.587");
    assert_eq!(json["tai_minus_utc_s"], 37);
    let missions = json["missions"].as_array().expect("missions");
    let insight = missions.iter().find(|m| m["mission"] == "insight").expect("InSight");
    assert_eq!(insight["kernel"]["sol"], 235);
    let text = home.say("time 2019-07-26T12:16:15.587Z").done().text();
    assert!(text.contains("19:30:1"), "{text}");
    // The notation of the sol leads back to the instant, to the second that it names.
    let back = home.say("time Sol 235 19:30:12.677 LMST --json").done().json();
    let utc = back["utc"].as_str().expect("text");
    assert!(utc.starts_with("2019-07-26T12:16:1"), "{utc}");
    home.say("time now").done();
    home.say("time 25 o'clock").refused(&["25 o'clock"]);
    home.say("time").ended(2);
}

#[test]
fn the_mission_database_is_listed_exported_and_checked() {
    let home = Home::new();
    let checked = home.say("mdb check --json").done().json();
    assert_eq!(checked["problems"], serde_json::json!([]));
    let listed = home.say("mdb list --json").done().json();
    assert!(listed["missions"].as_array().is_some_and(|m| m.len() >= 2), "{listed}");
    assert!(home.say("mdb list").done().text().contains("InSight"));

    let exported = home.say("mdb export own").done().lines();
    assert_eq!(exported.len(), tree(&home.path("own")).len());
    let text = home.say("mdb check own").done().text();
    assert_eq!(text, home.say("mdb check").done().text(), "the same database");
    home.say("mdb export own").refused(&["own exists", "new folder"]);
    home.say("mdb check nothing").refused(&["nothing", "marsdeck mdb export"]);

    for mission in ["insight", "msl"] {
        home.say(&format!("mdb export --mission {mission} --format xtce --out own.xml")).done();
        let checked = home.say("mdb check own.xml").done().text();
        assert!(checked.contains(" 0 problems"), "{checked}");
    }
    let live = "simulate --mission insight --live udp:127.0.0.1:9 --rate 200 --duration 0.5";
    let said = home.say(&format!("{live} --fault safe@20s")).done().text();
    for part in ["pass of MRO", "fault: safe mode", "packets made"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    home.say(&format!("{live} --fault overtemp:warp")).refused(&["warp", "seis, apss"]);
    home.say("simulate --mission insight").ended(2);
    home.say("mdb export --mission pluto").refused(&["pluto", "insight, msl"]);
    home.say("mdb export").ended(2);
}

#[test]
fn a_mistake_in_a_mission_file_is_told_with_its_line() {
    let home = Home::new();
    home.say("mdb export own").done();
    let path = home.path("own/insight/mission.toml");
    let files = tree(&home.path("own"));
    let name = if path.is_file() {
        path
    } else {
        home.path("own").join(files.keys().next().expect("a file"))
    };
    let text = std::fs::read_to_string(&name).expect("text");
    let line = text.lines().count() + 1;
    std::fs::write(&name, format!("{text}no_such_key = = 1\n")).expect("written");
    let ran = home.say("mdb check own").ended(3);
    let base = name.file_name().and_then(|n| n.to_str()).expect("a name");
    let told = ran.lines().into_iter().find(|l| l.contains(base)).expect("the file is named");
    assert!(told.contains(&line.to_string()), "line {line}: {told}");
    let json = home.say("mdb check own --json").ended(3).json();
    assert!(!json["problems"].as_array().expect("a list").is_empty());
}

#[test]
fn a_users_own_mission_files_count() {
    let home = Home::new();
    home.write("config/marsdeck/missions/insight/broken.toml", "= 1\n");
    let ran = home.say("mdb check").ended(3);
    assert!(ran.text().contains("broken.toml"), "{}", ran.text());
}

#[test]
fn a_simulated_sol_is_the_same_each_time_and_says_what_it_is() {
    let home = Home::new();
    for archive in ["a", "b"] {
        let ran =
            home.say(&format!("simulate --mission msl --sols 2486 --seed 7 --archive {archive}"));
        assert!(ran.done().text().contains("1 simulated sols stored"));
    }
    let [a, b] =
        ["a", "b"].map(|x| home.say(&format!("query --list --archive {x}")).done().lines());
    assert_eq!(a, b);
    assert!(a.len() > 3, "{a:?}");
    for line in &a[1..] {
        assert!(line.split(',').next().is_some_and(|n| n.ends_with("@simulated")), "{line}");
    }
    let name = a[1].split(',').next().expect("a name");
    let [a, b] = ["a", "b"].map(|x| home.say(&format!("query {name} --archive {x}")).done().bytes);
    assert!(a == b && a.len() > 100, "the same samples");
    home.say("archive verify --archive a").done();

    home.say("simulate --mission venera --sols 1 --archive c").refused(&["venera", "insight"]);
    home.say("simulate --mission msl --sols 9..3 --archive c").refused(&["--sols", "173..175"]);
}

/// Size of a PNG file and the number of different colours, counted up to a few.
fn picture(bytes: &[u8]) -> ((u32, u32), usize) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    let step = info.color_type.samples();
    let colours: std::collections::BTreeSet<&[u8]> = pixels.chunks_exact(step).collect();
    ((info.width, info.height), colours.len())
}

#[test]
fn a_panel_and_a_workspace_become_pictures() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(6000, 1)));
    home.say("ingest a.mseed --archive x").done();
    let at = "--at 2019-07-26T12:02:00Z --span 200 --archive x";
    for (view, more) in [("Plots", "--plot XB.ELYSE.02.BHU"), ("Watch", "--theme light")] {
        let ran = home.say(&format!("snapshot {view} --out {view}.png --size 640x400 {at} {more}"));
        if ran.code == 1 && ran.err.contains("mesa-vulkan-drivers") {
            println!("skipped: a_panel_and_a_workspace_become_pictures: no graphics driver");
            return;
        }
        assert_eq!(ran.done().bytes, b"", "nothing but the file");
        let bytes = std::fs::read(home.path(&format!("{view}.png"))).expect("a picture");
        let (size, colours) = picture(&bytes);
        assert_eq!(size, (640, 400));
        assert!(colours > 8, "{view} has {colours} colours");
    }
    home.say("archive verify --archive x").done();
}

#[test]
fn a_picture_that_cannot_be_made_is_explained() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(100, 1)));
    home.say("ingest a.mseed --archive x").done();
    home.say("snapshot Nowhere --out a.png --archive x").refused(&["Nowhere", "Watch", "Plots"]);
    home.say("snapshot Watch --out a.png --archive y").refused(&["y", "marsdeck ingest"]);
    home.say("snapshot Watch --out a.png --archive x --size 5x5").refused(&["--size"]);
    home.say("snapshot Watch --out a.png --archive x --event S1").refused(&["S1"]);
    home.say("snapshot Watch --archive x").ended(2);
    assert!(!home.path("a.png").exists());
}

#[test]
fn a_flight_over_the_globe_becomes_an_image_sequence() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(100, 1)));
    home.say("ingest a.mseed --archive x").done();
    home.write(
        "tour.toml",
        "[[view]]\nplace = \"InSight\"\nrange = \"900km\"\n\n\
         [[view]]\nplace = \"-4.6, 137.4\"\nrange = 80000\nheading = 30\ntilt = 50\n",
    );
    let size = "--size 400x300 --archive x";
    let ran = home
        .say(&format!("snapshot globe --fly tour.toml --frames 3 --out frames/%04d.png {size}"));
    if ran.code == 1 && ran.err.contains("mesa-vulkan-drivers") {
        println!("skipped: a_flight_over_the_globe: no graphics driver");
        return;
    }
    assert_eq!(ran.done().bytes, b"", "nothing but the files");
    let read = |name: &str| std::fs::read(home.path(name)).expect("a picture");
    let frames = [1, 2, 3].map(|n| read(&format!("frames/{n:04}.png")));
    for frame in &frames {
        let (size, colours) = picture(frame);
        assert_eq!(size, (400, 300));
        assert!(colours > 200, "{colours} colours");
    }
    assert!(frames[0] != frames[1] && frames[1] != frames[2], "the eye moves");
    assert!(!home.path("frames/0004.png").exists());
    // One view alone is the end of the flight to the pixel.
    let view = "--place -4.6,137.4 --range 80km --heading 30 --tilt 50";
    home.say(&format!("snapshot globe {view} --out end.png {size}")).done();
    assert!(read("end.png") == frames[2], "the same picture");
    home.say(&format!("snapshot globe --place Gale --map north --out map.png {size}")).done();
}

#[test]
fn a_flight_that_cannot_be_flown_is_explained() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(100, 1)));
    home.say("ingest a.mseed --archive x").done();
    home.write("wrong.toml", "[[view]]\nrange = 5\n");
    let refused = |words: &str, said: &[&str]| {
        home.say(&format!("snapshot {words} --size 400x300 --archive x")).refused(said);
    };
    refused("globe --place Atlantis --out a.png", &["Atlantis", "LAT,LON"]);
    refused("globe --place 95,0 --out a.png", &["95,0", "latitude"]);
    refused("globe --range 3cm --out a.png", &["3cm", "250km"]);
    refused("globe --tilt 89 --out a.png", &["tilt", "85"]);
    refused("globe --map mercator --out a.png", &["mercator", "flat"]);
    refused("globe --fly InSight --out %d.png", &["2 to"]);
    refused("globe --fly wrong.toml --out %d.png", &["wrong.toml", "place"]);
    refused("globe --fly missing.toml --out %d.png", &["missing.toml"]);
    refused("globe --fly 0,0;0,9 --frames 1 --out %d.png", &["--frames", "2"]);
    refused("globe --fly 0,0;0,9 --frames 2 --out a.png", &["--out", "%04d"]);
    refused("Watch --place Gale --out a.png", &["--place", "globe"]);
    home.say("snapshot globe --fly 0,0;0,9 --place Gale --out %d.png --archive x").ended(2);
    home.say("snapshot globe --frames 3 --out %d.png --archive x").ended(2);
    assert!(!home.path("a.png").exists() && !home.path("1.png").exists());
}

#[test]
fn a_dictionary_is_checked_and_listed() {
    let home = Home::new();
    let of = |reference: &str| {
        format!(
            "<SpaceSystem name=\"T\"><TelemetryMetaData><ParameterTypeSet>\n\
             <IntegerParameterType name=\"u8\" signed=\"false\"><UnitSet><Unit>V</Unit></UnitSet>\n\
             <IntegerDataEncoding sizeInBits=\"8\"/></IntegerParameterType></ParameterTypeSet>\n\
             <ParameterSet><Parameter name=\"bus\" parameterTypeRef=\"u8\"/></ParameterSet>\n\
             <ContainerSet><SequenceContainer name=\"power\"><EntryList>\n\
             <ParameterRefEntry parameterRef=\"{reference}\"/>\n\
             </EntryList></SequenceContainer></ContainerSet></TelemetryMetaData></SpaceSystem>"
        )
    };
    home.write("good.xml", of("bus"));
    home.write("bad.xml", of("buss"));
    home.write("other.xml", "<other/>");
    let checked = home.say("mdb check good.xml").done().text();
    assert!(checked.contains("T: 1 types, 1 parameters, 1 containers, 0 problems"), "{checked}");
    let listed = home.say("mdb list good.xml").done().lines();
    assert_eq!(listed[0], "/T/power");
    assert!(listed[1].contains("/T/bus") && listed[1].ends_with('V'), "{listed:?}");
    // The wrong reference stands on the sixth line.
    let bad = home.say("mdb check bad.xml").ended(3).text();
    assert!(bad.contains("line 6") && bad.contains("buss"), "{bad}");
    home.say("mdb check other.xml").refused(&["no XTCE dictionary"]);
}
