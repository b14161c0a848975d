/// Decodes LZW (ISO 32000-1, 7.4.4.2); `None` if it gives more than `limit` bytes.
///
/// A wrong code ends the data, as an end code would.
pub(super) fn decode(input: &[u8], early_change: bool, limit: usize) -> Option<Vec<u8>> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut output: Vec<u8> = Vec::new();
    // Each code from 258 on: where its bytes stand in the output already, and how many.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
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
                width = 9;
                continue;
            }
            END => break,
            _ => {}
        }
        let start = output.len();
        if code < CLEAR {
            output.push(code as u8);
        } else {
            // The code that is about to be made: the last bytes, and the first of them again.
            let next = previous.map(|(start, length)| (start, length + 1)).filter(|_| code - 258 == table.len());
            let Some((from, length)) = table.get(code - 258).copied().or(next) else { break };
            for place in from..from + length {
                let byte = output.get(place).copied()?;
                output.push(byte);
            }
        }
        if output.len() > limit {
            return None;
        }
        if let Some((start, length)) = previous.filter(|_| table.len() < 4096 - 258) {
            table.push((start, length + 1));
        }
        previous = Some((start, output.len() - start));
        width = match table.len() + 258 + 1 + usize::from(early_change) {
            0..=512 => 9,
            513..=1024 => 10,
            1025..=2048 => 11,
            _ => 12,
        };
    }
    Some(output)
}
