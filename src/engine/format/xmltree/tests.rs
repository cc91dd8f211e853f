//! Tests of the bounded XML tree.

use proptest::prelude::*;

use super::*;
use crate::time::Instant;

fn parse(text: &str) -> (Tree, Vec<Problem>) {
    let mut problems = Problems::default();
    let tree = Tree::read(text.as_bytes(), &mut problems);
    (tree, problems.finish())
}

#[test]
fn elements_attributes_text_and_namespaces() {
    let (tree, problems) = parse(
        "<?xml version=\"1.0\"?><!-- c --><a xmlns='u:1' xmlns:p='u:2' k='1 &lt; &#50;' p:k='no'>\
         <p:b> x &amp; y &unknown; <![CDATA[<z>]]></p:b><b xmlns='u:3'/><c><d/></c></a>",
    );
    assert_eq!(problems, vec![]);
    let root = tree.root().unwrap();
    assert_eq!((root.name(), root.namespace()), ("a", "u:1"));
    assert_eq!(root.attribute("k"), Some("1 < 2"));
    let b: Vec<_> = root.all("b").map(|n| (n.namespace(), n.text())).collect();
    assert_eq!(b, [("u:2", "x & y &unknown; <z>"), ("u:3", "")]);
    assert_eq!(root.child("c").unwrap().namespace(), "u:1");
    assert_eq!(root.children().count(), 3);
}

#[test]
fn a_cut_file_keeps_what_was_complete() {
    let (tree, problems) = parse("<a><b>1</b><b>2");
    let root = tree.root().unwrap();
    let complete: Vec<_> = root.all("b").map(|n| (n.text(), n.complete())).collect();
    assert_eq!(complete, [("1", true), ("2", false)]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].offset, Some(15));
    assert_eq!(problems[0].field, "b");
}

#[test]
fn hostile_nesting_and_entities_do_not_grow() {
    let (_, problems) = parse(&"<a>".repeat(100_000));
    assert!(problems[0].reason.contains("nested deeper"), "{problems:?}");
    let bomb = "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;\">]><a>&y;&y;</a>";
    let (tree, _) = parse(bomb);
    assert_eq!(tree.root().map(Node::text), Some("&y;&y;"));
    let many: String = std::iter::repeat_n("<x>", 1).chain(["<b>q</b>"; 3]).collect();
    assert_eq!(parse(&many).0.root().unwrap().children().count(), 3);
}

#[test]
fn an_element_without_a_name_stops_the_reading() {
    for text in ["<a><>x</></a>", "<a><p:>x</p:></a>"] {
        let (tree, problems) = parse(text);
        assert_eq!(tree.root().map(Node::name), Some("a"), "{text}");
        assert_eq!((problems.len(), problems[0].offset), (1, Some(3)), "{problems:?}");
        assert_eq!(problems[0].field, "element");
    }
}

#[test]
fn text_outside_the_outermost_element_is_told() {
    for (text, at) in [("x<a/>", 0), ("<!-- x --><a>y</a>\n z", 18), ("&amp;<a/>", 0), ("<a/>&", 4)]
    {
        let (tree, problems) = parse(text);
        assert_eq!(tree.root().expect("a").name(), "a", "{text}");
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!(problems[0].offset, Some(at), "{text}");
    }
    assert!(parse(" \r\n\t<a/>\n").1.is_empty());
}

#[test]
fn control_characters_are_left_out() {
    let (tree, problems) = parse("<a k='x\0y&#1;'>1\u{8}2&#1;3</a>");
    assert_eq!(problems, vec![]);
    let root = tree.root().unwrap();
    assert_eq!((root.text(), root.attribute("k")), ("123", Some("xy")));
}

#[test]
fn reasons_do_not_quote_the_file() {
    for text in [format!("<a></{}>", "b".repeat(9000)), format!("<a {}='&x;'>", "b".repeat(9000))] {
        let (_, problems) = parse(&text);
        assert!(problems.iter().all(|p| p.reason.len() < 1000), "{problems:?}");
    }
}

#[test]
fn encodings() {
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9t\xE9</a>";
    let mut problems = Problems::default();
    assert_eq!(Tree::read(latin, &mut problems).root().unwrap().text(), "\u{e9}t\u{e9}");
    let wide: Vec<u8> = "\u{FEFF}<a>\u{e9}</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(Tree::read(&wide, &mut problems).root().unwrap().text(), "\u{e9}");
    assert_eq!(root_name(&wide).as_deref(), Some("a"));
    assert!(problems.finish().is_empty());
    let mut problems = Problems::default();
    let broken = b"<a>ok\xFF</a>";
    assert_eq!(Tree::read(broken, &mut problems).root().unwrap().text(), "ok\u{FFFD}");
    assert_eq!(problems.finish()[0].offset, Some(5));
}

#[test]
fn times() {
    let ns = |text: &str| parse_time(text).map(Instant::unix_ns);
    assert_eq!(ns("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(ns("2019-07-26T12:16:15.587009Z"), Some(1_564_143_375_587_009_000));
    assert_eq!(ns("2019-07-26T14:16:15.587009+02:00"), Some(1_564_143_375_587_009_000));
    assert_eq!(ns("2020-02-29"), Some(1_582_934_400_000_000_000));
    assert_eq!(ns("1969-12-31T23:59:59.9999999999"), Some(-1));
    assert_eq!(ns("2599-12-31T23:59:59"), Some(i64::MAX));
    assert_eq!(ns("0001-01-01T00:00:00"), Some(i64::MIN));
    for bad in ["", "now", "2019-02-29", "2019-13-01", "2019-07-26T25:00", "2019-07-26T1:2:3:4"] {
        assert_eq!(ns(bad), None, "{bad}");
    }
    assert_eq!(print_time(Instant::from_unix_ns(-1)), "1969-12-31T23:59:59.999999999Z");
    assert_eq!(print_time(Instant::from_unix_ns(1_000)), "1970-01-01T00:00:00.000001Z");
}

proptest! {
    #[test]
    fn a_printed_time_reads_back(ns in any::<i64>()) {
        let t = Instant::from_unix_ns(ns);
        prop_assert_eq!(parse_time(&print_time(t)), Some(t));
    }

    /// Foreign bytes become longer when they are read as text; offsets stay those of the input.
    #[test]
    fn offsets_lie_in_the_input(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let bytes = [b"<a>\xff\xfe\xfd<b", &bytes[..]].concat();
        let mut problems = Problems::default();
        Tree::read(&bytes, &mut problems);
        for problem in problems.finish() {
            prop_assert!(problem.offset.unwrap_or(0) <= bytes.len() as u64, "{}", problem);
        }
    }

    #[test]
    fn any_text_is_survived(text in "[ -~<>&;/a\\-'\"=!\\[\\]?#\u{e9}\n]{0,200}") {
        let _ = parse(&text);
        let _ = parse_time(&text);
        let _ = root_name(text.as_bytes());
    }
}
