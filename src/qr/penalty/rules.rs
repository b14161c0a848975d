use fearless_simd::{Level, dispatch};

use super::count::count_dark;
use super::strip::Strip;
use crate::qr::QUIET_ZONE;

const MASKS: usize = 8;

/// The penalty score of a symbol under each of the eight masks, all four rules (ISO/IEC 18004 7.8.3.1, table 11).
///
/// `strips` are those of the whole symbol, format information included; `size` is its side in modules.
///
/// Every rule looks at all places of a row at once, and down the columns as easily as along the rows: the
/// module below is the same bit of the next row. Nothing is transposed. A rule marks the places that cost, row by row,
/// and counts them together at the end.
///
/// All of it is compiled once for each width of vector registers, and the widest that the processor has is taken: what is called
/// here must be inlined for that.
pub(in crate::qr) fn penalties(strips: impl Iterator<Item = Strip>, size: usize) -> [u32; 8] {
    penalties_at(Level::new(), strips, size)
}

fn penalties_at(level: Level, strips: impl Iterator<Item = Strip>, size: usize) -> [u32; 8] {
    dispatch!(level, _ => by_rules(strips, size))
}

#[inline(always)]
fn by_rules(strips: impl Iterator<Item = Strip>, size: usize) -> [u32; 8] {
    let mut marks = Marks::default();
    let mut scores = [0; 8];
    let mut dark = [0; 8];
    for strip in strips {
        let runs = runs(&strip, &mut marks);
        let blocks = blocks(&strip, &mut marks);
        let lookalikes = finder_lookalikes(&strip, &mut marks);
        let dark_here = count_dark(strip.symbol(), strip.own);
        for mask in 0..MASKS {
            scores[mask] += runs[mask] + blocks[mask] + lookalikes[mask];
            dark[mask] += dark_here[mask];
        }
    }
    for (score, dark) in scores.iter_mut().zip(dark) {
        *score += imbalance(dark, size);
    }
    scores
}

/// Rows of marked places, kept from rule to rule: allocating anew for each took 0.07 µs longer.
type Marks = [Vec<u64>; 2];

/// N1: a run of five or more alike in a row or column costs 3, and 1 for each module beyond the fifth.
///
/// A run of `n` modules holds `n - 4` places where five alike begin: so each such place costs 1, and the
/// first of a run 2 more.
#[inline(always)]
fn runs(strip: &Strip, [five, first]: &mut Marks) -> [u32; 8] {
    let symbol = strip.symbol();
    five.clear();
    five.reserve(2 * symbol.len());
    five.extend(symbol.iter().map(|row| {
        let two = !(row ^ row >> 1) & strip.across;
        let three = two & two >> 1;
        three & three >> 2
    }));
    five.extend(symbol.windows(4 * MASKS + 1).map(|rows| {
        let unlike = |down: usize| rows[MASKS * down] ^ rows[MASKS * (down + 1)];
        !(unlike(0) | unlike(1) | unlike(2) | unlike(3))
    }));
    let (across, down) = five.split_at(symbol.len());
    first.clear();
    first.reserve(five.len());
    first.extend(across.iter().map(|five| five & !(five << 1)));
    first.extend(down.iter().take(MASKS));
    first.extend(down.windows(MASKS + 1).map(|five| five[MASKS] & !five[0]));
    let (five, first) = (count_dark(five, strip.own), count_dark(first, strip.own));
    std::array::from_fn(|mask| five[mask] + 2 * first[mask])
}

/// N2: each block of 2 by 2 alike costs 3, overlapping ones included.
#[inline(always)]
fn blocks(strip: &Strip, [blocks, _]: &mut Marks) -> [u32; 8] {
    blocks.clear();
    blocks.extend(strip.symbol().windows(MASKS + 1).map(|rows| {
        let (above, below) = (rows[0], rows[MASKS]);
        !(above ^ above >> 1 | below ^ below >> 1 | above ^ below)
    }));
    count_dark(blocks, strip.across & strip.own).map(|count| 3 * count)
}

/// N3: the finder's profile, dark and light as 1:1:3:1:1 in single modules, with four light modules before or
/// after it, costs 40.
///
/// The standard leaves two things open. Here the quiet zone counts as light, and a profile with light on both
/// sides costs 40 once; the `qrcode` crate reads it the same way (and takes off the constant share of the
/// three finder patterns, which changes no choice).
#[inline(always)]
fn finder_lookalikes(strip: &Strip, [lookalikes, dark_in_four]: &mut Marks) -> [u32; 8] {
    lookalikes.clear();
    lookalikes.extend(strip.symbol().iter().map(|&row| {
        let next = row >> 1;
        let ends = row & !next & (!row & next) >> 5;
        let middle = row & next & row >> 2;
        // Two steps reach two modules, four steps four.
        let (before, after) = (row | row << 1, row | next);
        let dark_before = (before | before << 2) << 1;
        let dark_after = (after | after >> 2) >> 7;
        ends & middle >> 2 & !(dark_before & dark_after)
    }));
    // Apart, for the compiler made no vector instructions of both in one: that took 0.2 µs more for a KOD II.
    dark_in_four.clear();
    dark_in_four.extend(
        strip
            .with_quiet_zone()
            .windows(3 * MASKS + 1)
            .map(|rows| rows[0] | rows[MASKS] | rows[2 * MASKS] | rows[3 * MASKS]),
    );
    let dark_below = dark_in_four.get((QUIET_ZONE + 7) * MASKS..).unwrap_or_default();
    lookalikes.extend(strip.symbol().windows(6 * MASKS + 1).zip(&*dark_in_four).zip(dark_below).map(
        |((rows, dark_above), dark_below)| {
            let row = |down: usize| rows[MASKS * down];
            let profile = row(0) & !row(1) & row(2) & row(3) & row(4) & !row(5) & row(6);
            profile & !(dark_above & dark_below)
        },
    ));
    count_dark(lookalikes, strip.own).map(|count| 40 * count)
}

/// N4: 10 for each full 5 % by which the proportion of dark modules differs from one half.
#[inline(always)]
fn imbalance(dark: u32, size: usize) -> u32 {
    let all = (size * size) as u32;
    // |dark / all - 1/2| / (1/20), rounded down
    10 * ((20 * dark).abs_diff(10 * all) / all)
}

#[cfg(test)]
pub(in crate::qr) mod tests {
    use super::*;
    use crate::qr::penalty::ByMask;
    use crate::qr::tests::Random;

    /// The four rules straight from the standard's text, one module at a time: the slow twin.
    pub(in crate::qr) fn plain_penalty(modules: &[Vec<bool>]) -> u32 {
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

    /// Scores eight symbols of one size at a time, one in the place of each mask, at every width of vectors.
    fn check(symbols: &[Vec<Vec<bool>>; 8]) {
        let size = symbols[0].len();
        let data = vec![0; size * size.div_ceil(64)];
        let strips = (0..Strip::count(size)).map(|number| {
            let overlay: Vec<ByMask> = (0..size)
                .map(|y| {
                    symbols.each_ref().map(|modules| {
                        let words: Vec<u64> = modules[y]
                            .chunks(64)
                            .map(|word| word.iter().rev().fold(0, |bits, &dark| bits << 1 | u64::from(dark)))
                            .collect();
                        Strip::columns(&words, number)
                    })
                })
                .collect();
            Strip::new(number, size, &data, &overlay)
        });
        let plain = symbols.each_ref().map(|modules| plain_penalty(modules));
        let widest = Level::new();
        let mut levels = vec![Level::baseline(), widest];
        #[cfg(target_arch = "x86_64")]
        levels.extend(widest.as_avx2().map(fearless_simd::Simd::level));
        for level in levels {
            assert_eq!(penalties_at(level, strips.clone(), size), plain, "size {size}, {level:?}");
        }
    }

    /// Noise, and lines made of the profile's own pieces, so that runs and look-alikes meet every edge of a
    /// word and of the symbol.
    #[test]
    fn agrees_with_the_plain_twin_at_every_size() {
        let mut random = Random::new(1);
        for size in (21..=177).step_by(4) {
            let noise = |random: &mut Random| -> Vec<Vec<bool>> {
                (0..size).map(|_| (0..size).map(|_| random.below(2) == 0).collect()).collect()
            };
            let rows = |random: &mut Random| -> Vec<Vec<bool>> { (0..size).map(|_| pieces(random, size)).collect() };
            let turned = |rows: &[Vec<bool>]| -> Vec<Vec<bool>> {
                (0..size).map(|x| rows.iter().map(|row| row[x]).collect()).collect()
            };
            let [one, two, three] = [rows(&mut random), rows(&mut random), rows(&mut random)];
            let [four, five, six] = [turned(&one), turned(&two), turned(&three)];
            check(&[noise(&mut random), one, two, three, four, five, six, noise(&mut random)]);
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
            check(&[true, false, true, true, false, false, true, false].map(|dark| vec![vec![dark; size]; size]));
        }
    }

    #[test]
    fn each_rule_by_itself() {
        let alike = |scores: [u32; 8]| {
            assert_eq!(scores, [scores[0]; 8]);
            scores[0]
        };
        let score = |text: &str| alike(runs(&Strip::drawn(&[text]), &mut Marks::default()));
        assert_eq!(score("####.####"), 0);
        assert_eq!(score("#####.#.#"), 3);
        assert_eq!(score("#.......#"), 5);
        assert_eq!(score("######....."), 4 + 3);

        let score = |rows: &[&str]| alike(blocks(&Strip::drawn(rows), &mut Marks::default()));
        assert_eq!(score(&["##.", "##.", "...", "##."]), 3);
        assert_eq!(score(&["###", "###", "###"]), 12);

        let alone = |text: &str| alike(finder_lookalikes(&Strip::drawn(&[text]), &mut Marks::default()));
        assert_eq!(alone("#.###.#"), 40);
        assert_eq!(alone("##.###.#"), 40);
        assert_eq!(alone("#...#.###.#...#"), 0);
        assert_eq!(alone("#....#.###.#...#"), 40);
        assert_eq!(alone("#.###.#.###.#"), 80);

        assert_eq!(imbalance(0, 5), 100);
        assert_eq!(imbalance(13, 5), 0);
        assert_eq!(imbalance(15, 5), 20);
    }
}
