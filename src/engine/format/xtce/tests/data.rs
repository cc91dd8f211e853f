//! X
use super::folder;
use crate::format::xtce;

#[test]
fn look() {
    let Some(root) = folder("") else { return };
    let mut open = vec![root];
    while let Some(dir) = open.pop() {
        for e in std::fs::read_dir(dir).unwrap() {
            let p = e.unwrap().path();
            if p.is_dir() {
                open.push(p);
                continue;
            }
            if p.extension().is_none_or(|e| e != "xml") {
                continue;
            }
            let bytes = std::fs::read(&p).unwrap();
            if !xtce::sniff(&bytes) {
                continue;
            }
            let (d, problems) = xtce::read(&bytes);
            let d = d.unwrap();
            println!(
                "## {} s{} t{} p{} c{}",
                p.display(),
                d.systems.len(),
                d.types.len(),
                d.parameters.len(),
                d.containers.len()
            );
            for p in problems {
                println!("   {p}");
            }
        }
    }
}
