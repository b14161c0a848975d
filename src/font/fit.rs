/// Finds the size of the letters and the lines for a label in `room`: on one line if that can be read, else broken after the
/// hyphen that allows the largest letters.
///
/// `width` is that of a line's letters of size one. `least` is the smallest size that can be read, which is kept whatever the
/// room; none is larger than `most`.
pub(crate) fn fit(text: &str, room: f64, [least, most]: [f64; 2], width: impl Fn(&str) -> f64) -> (f64, Vec<&str>) {
    let widest = |lines: &[&str]| lines.iter().map(|line| width(line)).fold(0.0, f64::max);
    let size = |lines: &[&str]| (room / widest(lines)).min(most);

    let whole = vec![text];
    if size(&whole) >= least {
        return (size(&whole), whole);
    }
    let broken = text
        .match_indices('-')
        .map(|(hyphen, _)| text.split_at(hyphen + 1))
        .filter(|(_, second)| !second.is_empty())
        .map(|(first, second)| vec![first, second]);
    let lines = broken.min_by(|a, b| widest(a).total_cmp(&widest(b))).unwrap_or(whole);
    (size(&lines).max(least), lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ten(text: &str) -> (f64, Vec<&str>) {
        fit(text, 10.0, [0.5, 2.0], |line| line.chars().count() as f64)
    }

    #[test]
    fn labels_are_as_large_as_can_be_and_broken_where_that_is_best() {
        assert_eq!(of_ten("OFF"), (2.0, vec!["OFF"]));
        assert_eq!(of_ten("0123456789"), (1.0, vec!["0123456789"]));
        assert_eq!(of_ten("0123456789-0123456789"), (10.0 / 11.0, vec!["0123456789-", "0123456789"]));
        assert_eq!(of_ten("0-123456789-0123456789"), (10.0 / 12.0, vec!["0-123456789-", "0123456789"]));
        // Nothing to break, or nothing to gain: the least that can be read.
        assert_eq!(of_ten(&"x".repeat(40)), (0.5, vec![&*"x".repeat(40)]));
        assert_eq!(of_ten("012345678901234567890-"), (0.5, vec!["012345678901234567890-"]));
    }
}
