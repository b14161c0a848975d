/// Decodes LZW (ISO 32000-1, 7.4.4.2), and says whether the data come to their end code; `None` if they give more than
/// `limit` bytes.
///
/// A wrong code ends the data, as an end code would. Where no room is left for codes and none clears it, readers go on with
/// different ones: that is not come to its end.
pub(in crate::pdf) fn decode(input: &[u8], early_change: bool, limit: usize) -> Option<(Vec<u8>, bool)> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut output: Vec<u8> = Vec::new();
    // Each code from 258 on: where its bytes stand in the output already, and how many.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    // Codes that came when there was no room for others: one is usual.
    let (mut beyond, mut is_over) = (0_u32, false);
    let (mut bits, mut held, mut width) = (0_u32, 0_u32, 9);
    for &byte in input {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = (bits >> held) as usize & ((1 << width) - 1);
        bits &= (1 << held) - 1;
        match code {
            CLEAR => {
                table.clear();
                previous = None;
                is_over |= beyond > 1;
                beyond = 0;
                width = 9;
                continue;
            }
            END => return Some((output, !is_over && beyond <= 1)),
            _ => {}
        }
        let start = output.len();
        if code < CLEAR {
            output.push(code as u8);
        } else {
            // The code that is about to be made: the last bytes, and the first of them again.
            let next = previous.map(|(start, length)| (start, length + 1)).filter(|_| code - 258 == table.len());
            let Some((from, length)) = table.get(code - 258).copied().or(next) else { break };
            // The code that is about to be made ends with the byte that it begins with.
            output.extend_from_within(from..(from + length).min(start));
            if from + length > start {
                let first = output.get(from).copied()?;
                output.push(first);
            }
        }
        if output.len() > limit {
            return None;
        }
        match previous {
            Some((start, length)) if table.len() < 4096 - 258 => table.push((start, length + 1)),
            Some(_) => beyond += 1,
            None => {}
        }
        previous = Some((start, output.len() - start));
        width = match table.len() + 258 + 1 + usize::from(early_change) {
            0..=512 => 9,
            513..=1024 => 10,
            1025..=2048 => 11,
            _ => 12,
        };
    }
    Some((output, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of ISO 32000-1, 7.4.4.2, with a code that is used while it is made.
    #[test]
    fn the_example_of_the_standard() {
        let packed = [0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01];
        let plain = [45, 45, 45, 45, 45, 65, 45, 45, 45, 66];
        assert_eq!(decode(&packed, true, 100).unwrap(), (plain.to_vec(), true));
        assert_eq!(decode(&packed[..8], true, 100).unwrap(), (plain.to_vec(), false), "no end code");
        assert_eq!(decode(&packed, true, 9), None);
    }

    /// Nine bits for each of the first codes, then ten and more, up to 4096 codes.
    #[test]
    fn a_full_table_is_cleared() {
        let packed = |codes: usize| {
            let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u64, 0);
            let mut put = |code: u64, width: u32| {
                (held, bits) = (held << width | code, bits + width);
                while bits >= 8 {
                    bits -= 8;
                    bytes.push((held >> bits) as u8);
                    held &= (1 << bits) - 1;
                }
            };
            let width = |known: usize| match known + 258 + 2 {
                0..=512 => 9,
                513..=1024 => 10,
                1025..=2048 => 11,
                _ => 12,
            };
            put(256, 9);
            for code in 0..codes {
                put(65 + code as u64 % 26, width(code.saturating_sub(1)));
            }
            put(257, width(codes - 1));
            put(0, 7);
            bytes
        };
        for (codes, is_whole) in [(3000, true), (3839, true), (3840, true), (3841, false), (5000, false)] {
            let (bytes, whole) = decode(&packed(codes), true, 10_000).unwrap();
            assert_eq!((bytes.len(), whole), (codes, is_whole), "{codes}");
        }
    }
}
