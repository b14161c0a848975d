/// Easter Sunday of a Gregorian year (1583 and later) as a day of March: 22 to 56, where 32 is 1 April.
///
/// Meeus, Jones and Butcher: no exceptions to remember, unlike Gauss, who is the twin in the tests.
#[expect(clippy::many_single_char_names, reason = "the names of the published algorithm")]
pub(super) fn easter(year: i32) -> i32 {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    h + l - 7 * m + 22
}

/// A day of March to June as a day of March; none in other months, where no movable feast is.
pub(super) fn day_of_march(month: i32, day: i32) -> Option<i32> {
    let before = match month {
        3 => 0,
        4 => 31,
        5 => 61,
        6 => 92,
        _ => return None,
    };
    Some(before + day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gauss's rule with both of its exceptions.
    #[expect(clippy::many_single_char_names, reason = "the names of the published algorithm")]
    fn gauss(year: i32) -> i32 {
        let (a, b, c) = (year % 19, year % 4, year % 7);
        let k = year / 100;
        let (p, q) = ((13 + 8 * k) / 25, k / 4);
        let (m, n) = ((15 - p + k - q) % 30, (4 + k - q) % 7);
        let d = (19 * a + m) % 30;
        let e = (2 * b + 4 * c + 6 * d + n) % 7;
        match (d, e) {
            (29, 6) => 50,
            (28, 6) if (11 * m + 11) % 30 < 19 => 49,
            _ => 22 + d + e,
        }
    }

    #[test]
    fn as_gauss_has_it_in_every_year() {
        for year in 1583..=9999 {
            assert_eq!(easter(year), gauss(year), "{year}");
        }
    }

    #[test]
    fn the_bounds_are_reached() {
        assert_eq!(easter(2285), 22, "22 March 2285");
        assert_eq!(easter(2038), 56, "25 April 2038");
    }
}
