//! Fuzzy search: letters of the query in order, better where they start words or stand together.

/// How well a text answers a query: higher is better, none where a letter is missing. Upper and
/// lower case are the same; blanks in the query are not looked for.
pub fn fuzzy_score(query: &str, text: &str) -> Option<i32> {
    let wanted: Vec<char> =
        query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    if wanted.is_empty() {
        return Some(0);
    }
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    // Try each place where the first letter occurs; the best run from there counts.
    let mut best: Option<i32> = None;
    for (start, letter) in letters.iter().enumerate() {
        if Some(letter) == wanted.first()
            && let Some(score) = score_from(&wanted, &letters, start)
        {
            best = Some(best.map_or(score, |known| known.max(score)));
        }
    }
    best.map(|score| score - (letters.len() as i32) / 8)
}

fn score_from(wanted: &[char], letters: &[char], start: usize) -> Option<i32> {
    let mut score = 0;
    let mut at = start;
    let mut last: Option<usize> = None;
    for want in wanted {
        let found = (at..letters.len()).find(|i| letters.get(*i) == Some(want))?;
        let starts_word =
            found == 0 || letters.get(found - 1).is_some_and(|before| !before.is_alphanumeric());
        score += if last.is_some_and(|last| last + 1 == found) {
            12
        } else if starts_word {
            10
        } else {
            2
        };
        if found == 0 {
            score += 8;
        }
        last = Some(found);
        at = found + 1;
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(query: &str, texts: &[&'a str]) -> &'a str {
        let mut texts = texts.to_vec();
        texts.sort_by_key(|text| std::cmp::Reverse(fuzzy_score(query, text)));
        texts[0]
    }

    #[test]
    fn the_obvious_answer_comes_first() {
        assert_eq!(best("go live", &["Ingest files…", "Go to a live thing", "Go live"]), "Go live");
        assert_eq!(best("seis", &["Noises", "Seismic", "Spectra: SEIS"]), "Seismic");
        assert_eq!(best("235b", &["S0173a", "S0235b", "S0253b"]), "S0235b");
        assert_eq!(best("bhu", &["XB.ELYSE.02.BHV", "XB.ELYSE.02.BHU"]), "XB.ELYSE.02.BHU");
        assert_eq!(best("fs", &["Offset", "Full screen"]), "Full screen");
    }

    #[test]
    fn missing_letters_are_no_answer() {
        assert_eq!(fuzzy_score("xyz", "pressure"), None);
        assert_eq!(fuzzy_score("pp", "p"), None);
        assert_eq!(fuzzy_score("", "anything"), Some(0));
    }
}
