//! Text for receipt printers, a byte a character.

/// The upper half of code page 852 (IBM, "Latin 2"), from byte 128 on.
const HIGH: &str = "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×č\
áíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀\
ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";

/// Letters that the code page lacks, after the letter of ASCII that is closest: by their decompositions in Unicode, and by
/// their looks.
const CLOSEST: &[&str] = &[
    "AÀÃÅÆĀǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ",
    "BḂḄḆ",
    "CĈĊḈ",
    "DÐƉǄǅǱǲḊḌḎḐḒ",
    "EÈÊĒĔĖƏȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ",
    "FḞ",
    "GĜĞĠĢǦǴḠ",
    "HĤĦȞḢḤḦḨḪ",
    "IÌÏĨĪĬĮİĲƗǏȈȊḬḮỈỊ",
    "JĴ",
    "KĶǨḰḲḴ",
    "LĻĿǇǈḶḸḺḼ",
    "MḾṀṂ",
    "NÑŅŊǊǋǸṄṆṈṊ",
    "OÒÕØŌŎŒƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ",
    "PṔṖ",
    "RŖȐȒṘṚṜṞ",
    "SŜȘṠṢṤṦṨẞ",
    "TÞŦȚṪṬṮṰ",
    "UÙÛŨŪŬŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ",
    "VṼṾ",
    "WŴẀẂẄẆẈ",
    "XẊẌ",
    "YŶŸȲẎỲỴỶỸ",
    "ZẐẒẔ",
    "aàãåæāǎǟǡǻȁȃȧḁẚạảấầẩẫậắằẳẵặ",
    "bḃḅḇ",
    "cĉċḉ",
    "dðǆǳḋḍḏḑḓ",
    "eèêēĕėȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
    "fḟ",
    "gĝğġģǧǵḡ",
    "hĥħȟḣḥḧḩḫẖ",
    "iìïĩīĭįıĳǐȉȋḭḯỉị",
    "jĵǰ",
    "kķĸǩḱḳḵ",
    "lļŀǉḷḹḻḽ",
    "mḿṁṃ",
    "nñņŋǌǹṅṇṉṋ",
    "oòõøōŏœơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ",
    "pṕṗ",
    "rŗȑȓṙṛṝṟ",
    "sŝſșṡṣṥṧṩẛ",
    "tþŧțṫṭṯṱẗ",
    "uùûũūŭųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
    "vṽṿ",
    "wŵẁẃẅẇẉẘ",
    "xẋẍ",
    "yÿŷȳẏẙỳỵỷỹ",
    "zẑẓẕ",
];

/// A text in code page 852. A character that it lacks becomes what is closest in ASCII, or `?`; white space of any kind
/// becomes a space, and nothing in a text is a command to a printer.
pub(super) fn cp852(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => bytes.push(character as u8),
            _ if character.is_whitespace() => bytes.push(b' '),
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            '‘' | '’' | '‚' | '′' => bytes.push(b'\''),
            '“' | '”' | '„' | '″' => bytes.push(b'"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => bytes.push(b'-'),
            '€' => bytes.extend_from_slice(b"EUR"),
            '…' => bytes.extend_from_slice(b"..."),
            '№' => bytes.extend_from_slice(b"No"),
            _ => bytes.push(high(character).or_else(|| closest(character)).unwrap_or(b'?')),
        }
    }
    bytes
}

fn high(character: char) -> Option<u8> {
    HIGH.chars().position(|known| known == character).map(|place| 128 + place as u8)
}

fn closest(character: char) -> Option<u8> {
    let row = CLOSEST.iter().find(|row| row.contains(character))?;
    row.bytes().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polish_letters_have_their_bytes() {
        // By Python's codec.
        let expected = b"\xa4\x8f\xa8\x9d\xe3\xe0\x97\x8d\xbd\xa5\x86\xa9\x88\xe4\xa2\x98\xab\xbe";
        assert_eq!(cp852("ĄĆĘŁŃÓŚŹŻąćęłńóśźż"), expected);
        assert_eq!(HIGH.chars().count(), 128);
        assert_eq!(cp852("Zażółć, 100 %"), b"Za\xbe\xa2\x88\x86, 100 %");
    }

    #[test]
    fn what_the_page_lacks_is_close_or_a_question_mark() {
        assert_eq!(cp852("Øre Ñandú Çelik Ọlá ẞ Æ"), b"Ore Nand\xa3 \x80elik Ol\xa0 S A");
        assert_eq!(cp852("„a” – b… 5 € №1\u{a0}x"), b"\"a\" - b... 5 EUR No1 x");
        assert_eq!(cp852("漢Жλ"), b"???");
        assert_eq!(cp852("a\u{1b}@\u{0}\u{1d}V\u{7f}\nb"), b"a?@??V? b");
    }
}
