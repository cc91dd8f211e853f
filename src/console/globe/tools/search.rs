//! Finding places by name: an index made once, asked while the user types.

use super::super::geodesy::LatLon;

/// A place to go to.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Identifier, for whoever made it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, in words: `Crater`, `Landing site`.
    pub kind: String,
    /// Where it is.
    pub place: LatLon,
    /// Diameter or length, km; 0 where it has none.
    pub extent_km: f64,
}

/// Goals with their names made ready for searching.
#[derive(Clone, Debug, Default)]
pub struct SearchIndex {
    goals: Vec<(Goal, Folded)>,
}

/// A name and a kind without case and marks.
#[derive(Clone, Debug)]
struct Folded {
    name: String,
    kind: String,
}

impl SearchIndex {
    /// Makes goals ready.
    pub fn new(goals: impl IntoIterator<Item = Goal>) -> Self {
        let ready = |goal: Goal| {
            let folded = Folded { name: folded(&goal.name), kind: folded(&goal.kind) };
            (goal, folded)
        };
        Self { goals: goals.into_iter().map(ready).collect() }
    }

    /// Number of goals.
    pub fn len(&self) -> usize {
        self.goals.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.goals.is_empty()
    }

    /// The best goals for a typed text, at most so many, best first: the whole name, then its
    /// beginning, then the beginning of one of its words, then a part of it, then all typed words
    /// anywhere in name and kind. Among equals the larger comes first, then the alphabet.
    pub fn find(&self, query: &str, most: usize) -> Vec<&Goal> {
        let query = folded(query);
        if query.is_empty() {
            return Vec::new();
        }
        let words: Vec<&str> = query.split(' ').collect();
        let ranked =
            self.goals.iter().filter_map(|(goal, f)| Some((f.rank(&query, &words)?, goal)));
        let mut found: Vec<(u8, &Goal)> = ranked.collect();
        found.sort_by(|(a, x), (b, y)| {
            a.cmp(b).then(y.extent_km.total_cmp(&x.extent_km)).then_with(|| x.name.cmp(&y.name))
        });
        found.into_iter().take(most).map(|(_, goal)| goal).collect()
    }
}

impl Folded {
    /// How well it answers, 0 best.
    fn rank(&self, query: &str, words: &[&str]) -> Option<u8> {
        if self.name == query {
            return Some(0);
        }
        if self.name.starts_with(query) {
            return Some(1);
        }
        let at = |(at, _): (usize, &str)| {
            self.name
                .get(..at)
                .and_then(|s| s.chars().next_back())
                .is_none_or(|c| !c.is_alphanumeric())
        };
        let mut places = self.name.match_indices(query).peekable();
        if places.peek().is_some() {
            return Some(if places.any(at) { 2 } else { 3 });
        }
        let has = |word: &&str| self.name.contains(*word) || self.kind.contains(*word);
        words.iter().all(has).then_some(4)
    }
}

/// A text in lower case, without diacritics, with single blanks: `Rupēs` becomes `rupes`.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            // Combining marks, as in names that come decomposed, and apostrophes.
            '\u{300}'..='\u{36f}' | '\'' | '’' | 'ʻ' | '`' => {}
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => match plain(c) {
                Some(letters) => out.push_str(letters),
                None => out.push(c),
            },
        }
    }
    out
}

/// The plain letters of a Latin letter with a mark, lower case.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẽ' | 'ə' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' | 'ḥ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ṣ' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' | 'ṭ' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(name: &str, kind: &str, extent_km: f64) -> Goal {
        let (id, place) = (name.to_owned(), LatLon::new(0.0, 0.0));
        Goal { id, name: name.to_owned(), kind: kind.to_owned(), place, extent_km }
    }

    fn index() -> SearchIndex {
        SearchIndex::new([
            goal("Gale", "Crater", 154.0),
            goal("Galle", "Crater", 223.0),
            goal("Galaxias Chaos", "Chaos", 225.0),
            goal("Nili Fossae", "Fossa", 650.0),
            goal("Claritas Rupēs", "Rupes", 950.0),
            goal("Hellas Planitia", "Planitia", 2300.0),
            goal("Mons Regale", "Mons", 50.0),
            goal("Gagarin", "Crater", 20.0),
        ])
    }

    fn names(query: &str) -> Vec<String> {
        index().find(query, 10).iter().map(|g| g.name.clone()).collect()
    }

    #[test]
    fn better_matches_come_first() {
        assert_eq!(names("gale"), ["Gale", "Mons Regale"]);
        assert_eq!(names("gal"), ["Galaxias Chaos", "Galle", "Gale", "Mons Regale"]);
        assert_eq!(names("plan"), ["Hellas Planitia"]);
        assert_eq!(names("gale crater"), ["Gale"]);
        assert_eq!(names("foss nili"), ["Nili Fossae"]);
        assert_eq!(names("zzz"), Vec::<String>::new());
        assert_eq!(names("  "), Vec::<String>::new());
        assert_eq!(index().find("a", 3).len(), 3);
    }

    #[test]
    fn marks_do_not_matter() {
        assert_eq!(names("rupes"), ["Claritas Rupēs"]);
        assert_eq!(names("CLARITAS  RUPĒS"), ["Claritas Rupēs"]);
        assert_eq!(folded("Rupe\u{304}s"), "rupes");
        assert_eq!(folded("  Da Vinci’s   Ægir"), "da vincis aegir");
    }

    /// A word's beginning goes before a part of a word.
    #[test]
    fn words_go_before_parts() {
        let index = SearchIndex::new([
            goal("Xanadu Marsus", "Mons", 900.0),
            goal("Alpha Sus", "Mons", 1.0),
        ]);
        let found = index.find("sus", 5);
        assert_eq!(
            found.iter().map(|g| g.name.as_str()).collect::<Vec<_>>(),
            ["Alpha Sus", "Xanadu Marsus"]
        );
    }

    #[test]
    fn five_thousand_goals_give_a_few() {
        let many = (0..5000).map(|i| goal(&format!("Crater {i}"), "Crater", f64::from(i)));
        let index = SearchIndex::new(many);
        assert_eq!(index.len(), 5000);
        let found = index.find("crater 12", 12);
        assert_eq!(found.len(), 12);
        assert_eq!(found[0].name, "Crater 12");
        assert_eq!(found[1].name, "Crater 1299");
    }
}
