//! What an ink with a name of its own looks like where there is none of it (ISO 32000-1, 7.10 and 8.6.6): readers show another
//! space's colour in its place, which need not be white.

use super::graphics::{Paint, Space};
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf_objects::{Dict, Object};

/// Inks of one space.
const MOST_INKS: usize = 32;

/// Functions within functions.
const DEEPEST: u32 = 4;

/// In bytes unpacked: the table of a sampled function.
const LARGEST_TABLE: usize = 1 << 20;

/// True if a tint of zero, of each of the `count` inks, is known to be white in the space that stands for them.
pub(super) fn is_white_without_ink(file: &File, count: usize, instead: Space, function: &Object) -> Result<bool> {
    if count == 0 || count > MOST_INKS {
        return Ok(false);
    }
    let numbers = value(file, function, &vec![0.0; count], 0)?;
    Ok(numbers.is_some_and(|numbers| Paint::of(instead, &numbers).white))
}

/// What a function gives; none if it is not one that is worked out here, such as a calculation, or is damaged.
fn value(file: &File, function: &Object, inputs: &[f64], depth: u32) -> Result<Option<Vec<f64>>> {
    let Some(dict) = file.dict(function)?.filter(|_| depth < DEEPEST) else { return Ok(None) };
    let Some(inputs) = clipped(inputs, &pairs(file, &dict, "Domain")?) else { return Ok(None) };
    let given = match (file.value(&dict, "FunctionType")?.integer(), &inputs[..]) {
        (Some(0), _) => sampled(file, function, &dict, &inputs)?,
        (Some(2), &[input]) => exponential(file, &dict, input)?,
        (Some(3), &[input]) => stitched(file, &dict, input, depth)?,
        _ => None,
    };
    let range = pairs(file, &dict, "Range")?;
    Ok(given.and_then(|given| if range.is_empty() { Some(given) } else { clipped(&given, &range) }))
}

fn exponential(file: &File, dict: &Dict, input: f64) -> Result<Option<Vec<f64>>> {
    let or = |numbers: Vec<f64>, usual: f64| if numbers.is_empty() { vec![usual] } else { numbers };
    let (none, full) = (or(numbers(file, dict, "C0")?, 0.0), or(numbers(file, dict, "C1")?, 1.0));
    let Some(power) = file.value(dict, "N")?.number() else { return Ok(None) };
    let part = input.powf(power);
    let is_known = none.len() == full.len() && part.is_finite();
    Ok(is_known.then(|| none.iter().zip(&full).map(|(none, full)| none + part * (full - none)).collect()))
}

/// Several functions of one input, each for a part of it.
fn stitched(file: &File, dict: &Dict, input: f64, depth: u32) -> Result<Option<Vec<f64>>> {
    let (functions, bounds) = (file.items(dict, "Functions")?, numbers(file, dict, "Bounds")?);
    let (domain, encode) = (pairs(file, dict, "Domain")?, pairs(file, dict, "Encode")?);
    let place = bounds.iter().take_while(|&&bound| input >= bound).count().min(functions.len().saturating_sub(1));
    let (Some(function), Some(&[first, last]), Some(&encode)) =
        (functions.get(place), domain.first(), encode.get(place))
    else {
        return Ok(None);
    };
    let from = place.checked_sub(1).and_then(|before| bounds.get(before)).copied().unwrap_or(first);
    let to = bounds.get(place).copied().unwrap_or(last);
    value(file, function, &[between(input, [from, to], encode)], depth + 1)
}

/// A table of values. What lies between its rows is not worked out.
fn sampled(file: &File, function: &Object, dict: &Dict, inputs: &[f64]) -> Result<Option<Vec<f64>>> {
    let (domain, range) = (pairs(file, dict, "Domain")?, pairs(file, dict, "Range")?);
    let (encode, decode) = (pairs(file, dict, "Encode")?, pairs(file, dict, "Decode")?);
    let sizes = numbers(file, dict, "Size")?;
    let bits = file.value(dict, "BitsPerSample")?.integer().and_then(|bits| usize::try_from(bits).ok());
    let (Some(bits @ 1..=32), true) = (bits, sizes.len() == inputs.len()) else { return Ok(None) };
    let (mut row, mut step) = (0_usize, 1_usize);
    for (place, (&input, &size)) in inputs.iter().zip(&sizes).enumerate() {
        let last = (size - 1.0).max(0.0);
        let to = encode.get(place).copied().unwrap_or([0.0, last]);
        let at = between(input, domain.get(place).copied().unwrap_or_default(), to).clamp(0.0, last);
        if !at.is_finite() || at.fract().abs() > 1e-9 || at > LARGEST_TABLE as f64 {
            return Ok(None);
        }
        row = row.saturating_add(step.saturating_mul(at as usize));
        step = step.saturating_mul(size.max(1.0) as usize);
    }
    let Some(stream) = file.stream(function)? else { return Ok(None) };
    // A damaged table says nothing; what it cost is counted all the same.
    let Ok(table) = file.decode(&stream, LARGEST_TABLE) else { return Ok(None) };
    let most = (2_f64.powi(bits as i32) - 1.0).max(1.0);
    let sample = |place: usize| {
        let from = row.checked_mul(range.len())?.checked_add(place)?.checked_mul(bits)?;
        (from..from.checked_add(bits)?).try_fold(0_u64, |sample, bit| {
            let byte = table.get(bit / 8)?;
            Some(sample << 1 | u64::from(byte >> (7 - bit % 8) & 1))
        })
    };
    let decoded = |(place, range): (usize, &[f64; 2])| {
        let to = decode.get(place).unwrap_or(range);
        Some(between(sample(place)? as f64, [0.0, most], *to))
    };
    Ok(range.iter().enumerate().map(decoded).collect())
}

/// A number of one range, as far within another one.
fn between(number: f64, [from, to]: [f64; 2], [low, high]: [f64; 2]) -> f64 {
    if (to - from).abs() < f64::EPSILON { low } else { low + (number - from) / (to - from) * (high - low) }
}

/// Numbers, each within its range; none if there are not as many of them.
fn clipped(numbers: &[f64], ranges: &[[f64; 2]]) -> Option<Vec<f64>> {
    let clip = |(number, &[low, high]): (&f64, &[f64; 2])| number.min(high).max(low);
    (numbers.len() == ranges.len()).then(|| numbers.iter().zip(ranges).map(clip).collect())
}

fn pairs(file: &File, dict: &Dict, key: &str) -> Result<Vec<[f64; 2]>> {
    Ok(numbers(file, dict, key)?.chunks_exact(2).filter_map(|pair| pair.first_chunk().copied()).collect())
}

fn numbers(file: &File, dict: &Dict, key: &str) -> Result<Vec<f64>> {
    /// As many as two for each of the most inks.
    const MOST: usize = 2 * MOST_INKS;
    let items = file.items(dict, key)?;
    let number = |item: &Object| Ok(file.resolve(item)?.number().unwrap_or(f64::NAN));
    items.iter().take(MOST).map(number).collect()
}
