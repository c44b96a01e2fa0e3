//! What somebody may have meant.

/// The candidate that is nearest to a misspelt name, if one is near: at most a third of it has to be changed.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `x`?``, where a candidate is near.
pub fn did_you_mean<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["server", "drizzle", "migrations", "rules"];
        assert_eq!(nearest("sever", names), Some("server"));
        assert_eq!(nearest("Migration", names), Some("migrations"));
        assert_eq!(nearest("ruels", names), Some("rules"));
        assert_eq!(nearest("x", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("connections", names), None);
        assert_eq!(did_you_mean("driz", ["drizz"]).as_deref(), Some("did you mean `drizz`?"));
    }
}
