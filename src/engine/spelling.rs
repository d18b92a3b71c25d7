//! Guesses what somebody meant who mistyped a name.

/// The candidate that was probably meant by `word`: at most one mistake per three characters away.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 100;
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (length / 3).max(1);
    candidates
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_guessed() {
        let guess = |word| nearest(word, ["capacity", "charge", "rule", "tag", "bag"].into_iter());
        assert_eq!(guess("capcity"), Some("capacity"));
        assert_eq!(guess("Capacity"), Some("capacity"));
        assert_eq!(guess("hcarge"), Some("charge"));
        assert_eq!(guess("lag"), Some("bag"));
        assert_eq!(guess("rul"), Some("rule"));
        assert_eq!(guess("speed"), None);
        assert_eq!(guess(""), None);
        assert_eq!(nearest("x", [].into_iter()), None);
    }
}
