use std::fmt::Write;

/// The CMap that says which character each glyph stands for (ISO 32000-1, 9.10.3): how a reader copies text and
/// searches it. Glyph numbers are two bytes; the first character is glyph 1's, and so on.
pub(super) fn to_unicode(characters: &[char]) -> String {
    let mut cmap = String::from(BEFORE);
    // No section may have more than a hundred lines.
    for (section, characters) in characters.chunks(100).enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(cmap, "{} beginbfchar", characters.len());
        for (place, character) in characters.iter().enumerate() {
            let _ = write!(cmap, "<{:04X}> <", 100 * section + place + 1);
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(cmap, "{unit:04X}");
            }
            cmap.push_str(">\n");
        }
        cmap.push_str("endbfchar\n");
    }
    cmap.push_str(AFTER);
    cmap
}

const BEFORE: &str = "/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
";

const AFTER: &str = "endcmap
CMapName currentdict /CMap defineresource pop
end
end
";
