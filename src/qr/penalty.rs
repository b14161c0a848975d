use super::QUIET_ZONE;
use super::row::Row;

/// The penalty score of a symbol, all four rules (ISO/IEC 18004 7.8.3.1, table 11).
///
/// `rows` are those of the whole symbol, format information included, between [`QUIET_ZONE`] light rows above and
/// as many below. `size` is the symbol's side in modules, less than `64 * N`.
///
/// Every rule looks at all places of a row at once, and down the columns as easily as along the rows: the
/// module below is the same bit of the next row. Nothing is transposed.
pub(super) fn penalty<const N: usize>(rows: &[Row<N>], size: usize) -> u32 {
    let symbol = &rows[QUIET_ZONE..QUIET_ZONE + size];
    runs(symbol, size) + blocks(symbol, size) + finder_lookalikes(rows) + imbalance(symbol, size)
}

/// N1: a run of five or more alike in a row or column costs 3, and 1 for each module beyond the fifth.
///
/// A run of `n` modules holds `n - 4` places where five alike begin: so each such place costs 1, and the
/// first of a run 2 more.
fn runs<const N: usize>(symbol: &[Row<N>], size: usize) -> u32 {
    let across = Row::first(size - 1);
    let down = Row::first(size);
    let mut score = 0;
    for &row in symbol {
        let two = !(row ^ row.ahead(1)) & across;
        let three = two & two.ahead(1);
        let five = three & three.ahead(2);
        score += five.count() + 2 * (five & !five.behind(1)).count();
    }
    let mut five_above = Row::LIGHT;
    for five in symbol.windows(5) {
        let unlike = (five[0] ^ five[1]) | (five[1] ^ five[2]) | (five[2] ^ five[3]) | (five[3] ^ five[4]);
        let five = !unlike & down;
        score += five.count() + 2 * (five & !five_above).count();
        five_above = five;
    }
    score
}

/// N2: each block of 2 by 2 alike costs 3, overlapping ones included.
fn blocks<const N: usize>(symbol: &[Row<N>], size: usize) -> u32 {
    let across = Row::first(size - 1);
    let blocks: u32 = symbol
        .windows(2)
        .map(|pair| {
            let (above, below) = (pair[0], pair[1]);
            let unlike = (above ^ above.ahead(1)) | (below ^ below.ahead(1)) | (above ^ below);
            (!unlike & across).count()
        })
        .sum();
    3 * blocks
}

/// N3: the finder's profile, dark and light as 1:1:3:1:1 in single modules, with four light modules before or
/// after it, costs 40.
///
/// The standard leaves two things open. Here the quiet zone counts as light, and a profile with light on both
/// sides costs 40 once; the `qrcode` crate reads it the same way (and takes off the constant share of the
/// three finder patterns, which changes no choice).
fn finder_lookalikes<const N: usize>(rows: &[Row<N>]) -> u32 {
    let across = rows[QUIET_ZONE..rows.len() - QUIET_ZONE].iter().map(|&row| {
        let profile = [1, 2, 3, 4, 5, 6].map(|steps| row.ahead(steps));
        let dark_before = row.behind(1) | row.behind(2) | row.behind(3) | row.behind(4);
        let dark_after = row.ahead(7) | row.ahead(8) | row.ahead(9) | row.ahead(10);
        lookalikes(row, profile, dark_before & dark_after)
    });
    let down = rows.windows(QUIET_ZONE + 7 + QUIET_ZONE).map(|rows| {
        let profile = [rows[5], rows[6], rows[7], rows[8], rows[9], rows[10]];
        let dark_above = rows[0] | rows[1] | rows[2] | rows[3];
        let dark_below = rows[11] | rows[12] | rows[13] | rows[14];
        lookalikes(rows[4], profile, dark_above & dark_below)
    });
    40 * (across.sum::<u32>() + down.sum::<u32>())
}

/// Counts the places where the finder's profile begins: `first` and the six modules after it, unless there is
/// something dark within four modules on both sides.
fn lookalikes<const N: usize>(first: Row<N>, next: [Row<N>; 6], dark_on_both_sides: Row<N>) -> u32 {
    let profile = first & !next[0] & next[1] & next[2] & next[3] & !next[4] & next[5];
    (profile & !dark_on_both_sides).count()
}

/// N4: 10 for each full 5 % by which the proportion of dark modules differs from one half.
fn imbalance<const N: usize>(symbol: &[Row<N>], size: usize) -> u32 {
    let all = (size * size) as u32;
    let dark: u32 = symbol.iter().map(|row| row.count()).sum();
    // |dark / all - 1/2| / (1/20), rounded down
    10 * ((20 * dark).abs_diff(10 * all) / all)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::qr::tests::Random;

    /// The four rules straight from the standard's text, one module at a time: the slow twin.
    pub(crate) fn plain_penalty(modules: &[Vec<bool>]) -> u32 {
        let columns: Vec<Vec<bool>> = (0..modules.len()).map(|x| modules.iter().map(|row| row[x]).collect()).collect();
        let lines = || modules.iter().chain(&columns);
        let runs: u32 = lines().map(|line| plain_runs(line)).sum();
        let lookalikes: u32 = lines().map(|line| plain_lookalikes(line)).sum();
        runs + 3 * plain_blocks(modules) + 40 * lookalikes + plain_imbalance(modules)
    }

    fn plain_runs(line: &[bool]) -> u32 {
        line.chunk_by(|a, b| a == b)
            .map(|run| run.len() as u32)
            .filter(|&length| length >= 5)
            .map(|length| 3 + length - 5)
            .sum()
    }

    fn plain_blocks(modules: &[Vec<bool>]) -> u32 {
        let mut blocks = 0;
        for y in 1..modules.len() {
            for x in 1..modules.len() {
                let colour = modules[y][x];
                let alike = [modules[y - 1][x - 1], modules[y - 1][x], modules[y][x - 1]] == [colour; 3];
                blocks += u32::from(alike);
            }
        }
        blocks
    }

    fn plain_lookalikes(line: &[bool]) -> u32 {
        const PROFILE: [bool; 7] = [true, false, true, true, true, false, true];
        const LIGHT: [bool; 4] = [false; 4];
        let quiet = [&LIGHT[..], line, &LIGHT[..]].concat();
        quiet
            .windows(15)
            .map(|window| {
                let light = window[..4] == LIGHT || window[11..] == LIGHT;
                u32::from(window[4..11] == PROFILE && light)
            })
            .sum()
    }

    fn plain_imbalance(modules: &[Vec<bool>]) -> u32 {
        let dark = modules.iter().flatten().filter(|&&dark| dark).count() as f64;
        let percent = 100.0 * dark / (modules.len() * modules.len()) as f64;
        10 * ((percent - 50.0).abs() / 5.0) as u32
    }

    fn fast_penalty<const N: usize>(modules: &[Vec<bool>]) -> u32 {
        let mut rows = vec![Row::<N>::LIGHT; QUIET_ZONE + modules.len() + QUIET_ZONE];
        for (row, line) in rows[QUIET_ZONE..].iter_mut().zip(modules) {
            for (x, &dark) in line.iter().enumerate() {
                row.0[x / 64] |= u64::from(dark) << (x % 64);
            }
        }
        penalty(&rows, modules.len())
    }

    fn check(modules: &[Vec<bool>]) {
        let fast = match modules.len() {
            ..64 => fast_penalty::<1>(modules),
            64..128 => fast_penalty::<2>(modules),
            _ => fast_penalty::<3>(modules),
        };
        assert_eq!(fast, plain_penalty(modules), "size {}", modules.len());
    }

    /// Noise, and lines made of the profile's own pieces, so that runs and look-alikes meet every edge of a
    /// word and of the symbol.
    #[test]
    fn agrees_with_the_plain_twin_at_every_size() {
        let mut random = Random::new(1);
        for size in (21..=177).step_by(4) {
            let noise: Vec<Vec<bool>> = (0..size).map(|_| (0..size).map(|_| random.below(2) == 0).collect()).collect();
            check(&noise);
            for _ in 0..3 {
                let rows: Vec<Vec<bool>> = (0..size).map(|_| pieces(&mut random, size)).collect();
                check(&rows);
                let columns: Vec<Vec<bool>> = (0..size).map(|x| rows.iter().map(|row| row[x]).collect()).collect();
                check(&columns);
            }
        }
    }

    fn pieces(random: &mut Random, size: usize) -> Vec<bool> {
        const PIECES: [&[bool]; 5] =
            [&[true, false, true, true, true, false, true], &[false; 4], &[false; 3], &[true; 5], &[true, false]];
        let mut line = Vec::new();
        while line.len() < size {
            line.extend(PIECES[random.below(PIECES.len())]);
        }
        line.truncate(size);
        line
    }

    #[test]
    fn all_of_one_colour() {
        for size in (21..=177).step_by(4) {
            check(&vec![vec![true; size]; size]);
            check(&vec![vec![false; size]; size]);
        }
    }

    #[test]
    fn each_rule_by_itself() {
        let row = |text: &str| Row([text.bytes().rev().fold(0, |bits, b| bits << 1 | u64::from(b == b'#'))]);
        let score = |text: &str| runs(&[row(text)], text.len());
        assert_eq!(score("####.####"), 0);
        assert_eq!(score("#####.#.#"), 3);
        assert_eq!(score("#.......#"), 5);
        assert_eq!(score("######....."), 4 + 3);

        assert_eq!(blocks(&[row("##."), row("##."), row("..."), row("##.")], 3), 3);
        assert_eq!(blocks(&[row("###"), row("###"), row("###")], 3), 12);

        let alone = |text: &str| {
            let mut rows = [Row::LIGHT; 9];
            rows[4] = row(text);
            finder_lookalikes(&rows)
        };
        assert_eq!(alone("#.###.#"), 40);
        assert_eq!(alone("##.###.#"), 40);
        assert_eq!(alone("#...#.###.#...#"), 0);
        assert_eq!(alone("#....#.###.#...#"), 40);
        assert_eq!(alone("#.###.#.###.#"), 80);

        assert_eq!(imbalance(&[Row::<1>::LIGHT; 5], 5), 100);
        assert_eq!(imbalance(&[row("#####"), row("#####"), row("###.."), row("....."), row(".....")], 5), 0);
        assert_eq!(imbalance(&[row("#####"), row("#####"), row("#####"), row("....."), row(".....")], 5), 20);
    }
}
