/// The letter of a glyph's name, as the Adobe Glyph List has it, `uni0104`, `u1F600` and names with a style behind a point
/// with it. No letter for names that only the font understands.
pub(super) fn letter(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    let name = name.split('.').next()?;
    let name = name.strip_suffix("oldstyle").or(name.strip_suffix("small")).unwrap_or(name);
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return letter.is_ascii_alphabetic().then_some(letter);
    }
    if let Ok(index) = NAMES.binary_search_by_key(&name, |&(known, _)| known) {
        return NAMES.get(index).map(|&(_, letter)| letter);
    }
    let digits = name.strip_prefix("uni").filter(|digits| digits.len() >= 4).and_then(|digits| digits.get(..4));
    let digits = digits.or(name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len())))?;
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

/// Latin letters, digits and what stands between them, of the Adobe Glyph List 2.0, in the order of their names.
#[rustfmt::skip]
const NAMES: &[(&str, char)] = &[
    ("AE", 'Æ'), ("Aacute", 'Á'), ("Abreve", 'Ă'), ("Acircumflex", 'Â'), ("Adieresis", 'Ä'), ("Agrave", 'À'),
    ("Amacron", 'Ā'), ("Aogonek", 'Ą'), ("Aring", 'Å'), ("Atilde", 'Ã'), ("Cacute", 'Ć'), ("Ccaron", 'Č'),
    ("Ccedilla", 'Ç'), ("Ccircumflex", 'Ĉ'), ("Cdot", 'Ċ'), ("Cdotaccent", 'Ċ'), ("Dcaron", 'Ď'), ("Dcroat", 'Đ'),
    ("Dslash", 'Đ'), ("Eacute", 'É'), ("Ebreve", 'Ĕ'), ("Ecaron", 'Ě'), ("Ecircumflex", 'Ê'), ("Edieresis", 'Ë'),
    ("Edot", 'Ė'), ("Edotaccent", 'Ė'), ("Egrave", 'È'), ("Emacron", 'Ē'), ("Eng", 'Ŋ'), ("Eogonek", 'Ę'),
    ("Eth", 'Ð'), ("Euro", '€'), ("Gbreve", 'Ğ'), ("Gcedilla", 'Ģ'), ("Gcircumflex", 'Ĝ'), ("Gcommaaccent", 'Ģ'),
    ("Gdot", 'Ġ'), ("Gdotaccent", 'Ġ'), ("Hbar", 'Ħ'), ("Hcircumflex", 'Ĥ'), ("IJ", 'Ĳ'), ("Iacute", 'Í'),
    ("Ibreve", 'Ĭ'), ("Icircumflex", 'Î'), ("Idieresis", 'Ï'), ("Idot", 'İ'), ("Idotaccent", 'İ'), ("Igrave", 'Ì'),
    ("Imacron", 'Ī'), ("Iogonek", 'Į'), ("Itilde", 'Ĩ'), ("Jcircumflex", 'Ĵ'), ("Kcedilla", 'Ķ'),
    ("Kcommaaccent", 'Ķ'), ("Lacute", 'Ĺ'), ("Lcaron", 'Ľ'), ("Lcedilla", 'Ļ'), ("Lcommaaccent", 'Ļ'), ("Ldot", 'Ŀ'),
    ("Ldotaccent", 'Ŀ'), ("Lslash", 'Ł'), ("Nacute", 'Ń'), ("Ncaron", 'Ň'), ("Ncedilla", 'Ņ'), ("Ncommaaccent", 'Ņ'),
    ("Ntilde", 'Ñ'), ("OE", 'Œ'), ("Oacute", 'Ó'), ("Obreve", 'Ŏ'), ("Ocircumflex", 'Ô'), ("Odblacute", 'Ő'),
    ("Odieresis", 'Ö'), ("Ograve", 'Ò'), ("Ohungarumlaut", 'Ő'), ("Omacron", 'Ō'), ("Oslash", 'Ø'), ("Otilde", 'Õ'),
    ("Racute", 'Ŕ'), ("Rcaron", 'Ř'), ("Rcedilla", 'Ŗ'), ("Rcommaaccent", 'Ŗ'), ("Sacute", 'Ś'), ("Scaron", 'Š'),
    ("Scedilla", 'Ş'), ("Scircumflex", 'Ŝ'), ("Scommaaccent", 'Ș'), ("Tbar", 'Ŧ'), ("Tcaron", 'Ť'), ("Tcedilla", 'Ţ'),
    ("Tcommaaccent", 'Ţ'), ("Thorn", 'Þ'), ("Uacute", 'Ú'), ("Ubreve", 'Ŭ'), ("Ucircumflex", 'Û'), ("Udblacute", 'Ű'),
    ("Udieresis", 'Ü'), ("Ugrave", 'Ù'), ("Uhungarumlaut", 'Ű'), ("Umacron", 'Ū'), ("Uogonek", 'Ų'), ("Uring", 'Ů'),
    ("Utilde", 'Ũ'), ("Wcircumflex", 'Ŵ'), ("Yacute", 'Ý'), ("Ycircumflex", 'Ŷ'), ("Ydieresis", 'Ÿ'), ("Zacute", 'Ź'),
    ("Zcaron", 'Ž'), ("Zdot", 'Ż'), ("Zdotaccent", 'Ż'), ("aacute", 'á'), ("abreve", 'ă'), ("acircumflex", 'â'),
    ("acute", '´'), ("adieresis", 'ä'), ("ae", 'æ'), ("agrave", 'à'), ("amacron", 'ā'), ("ampersand", '&'),
    ("aogonek", 'ą'), ("aring", 'å'), ("asciicircum", '^'), ("asciitilde", '~'), ("asterisk", '*'), ("at", '@'),
    ("atilde", 'ã'), ("backslash", '\\'), ("bar", '|'), ("braceleft", '{'), ("braceright", '}'), ("bracketleft", '['),
    ("bracketright", ']'), ("brokenbar", '¦'), ("bullet", '•'), ("cacute", 'ć'), ("ccaron", 'č'), ("ccedilla", 'ç'),
    ("ccircumflex", 'ĉ'), ("cdot", 'ċ'), ("cdotaccent", 'ċ'), ("cedilla", '¸'), ("cent", '¢'), ("colon", ':'),
    ("comma", ','), ("copyright", '©'), ("currency", '¤'), ("dagger", '†'), ("daggerdbl", '‡'), ("dbllowline", '‗'),
    ("dblverticalbar", '‖'), ("dcaron", 'ď'), ("dcroat", 'đ'), ("degree", '°'), ("dieresis", '¨'), ("divide", '÷'),
    ("divisionslash", '∕'), ("dmacron", 'đ'), ("dollar", '$'), ("dotlessi", 'ı'), ("eacute", 'é'), ("ebreve", 'ĕ'),
    ("ecaron", 'ě'), ("ecircumflex", 'ê'), ("edieresis", 'ë'), ("edot", 'ė'), ("edotaccent", 'ė'), ("egrave", 'è'),
    ("eight", '8'), ("ellipsis", '…'), ("emacron", 'ē'), ("emdash", '—'), ("endash", '–'), ("eng", 'ŋ'),
    ("eogonek", 'ę'), ("equal", '='), ("eth", 'ð'), ("euro", '€'), ("exclam", '!'), ("exclamdown", '¡'), ("ff", 'ﬀ'),
    ("ffi", 'ﬃ'), ("ffl", 'ﬄ'), ("fi", 'ﬁ'), ("figuredash", '‒'), ("five", '5'), ("fl", 'ﬂ'), ("four", '4'),
    ("fraction", '⁄'), ("gbreve", 'ğ'), ("gcedilla", 'ģ'), ("gcircumflex", 'ĝ'), ("gcommaaccent", 'ģ'), ("gdot", 'ġ'),
    ("gdotaccent", 'ġ'), ("germandbls", 'ß'), ("grave", '`'), ("greater", '>'), ("guillemotleft", '«'),
    ("guillemotright", '»'), ("guilsinglleft", '‹'), ("guilsinglright", '›'), ("hbar", 'ħ'), ("hcircumflex", 'ĥ'),
    ("horizontalbar", '―'), ("hyphen", '-'), ("hyphentwo", '‐'), ("iacute", 'í'), ("ibreve", 'ĭ'),
    ("icircumflex", 'î'), ("idieresis", 'ï'), ("igrave", 'ì'), ("ij", 'ĳ'), ("imacron", 'ī'), ("iogonek", 'į'),
    ("itilde", 'ĩ'), ("jcircumflex", 'ĵ'), ("kcedilla", 'ķ'), ("kcommaaccent", 'ķ'), ("kgreenlandic", 'ĸ'),
    ("lacute", 'ĺ'), ("lcaron", 'ľ'), ("lcedilla", 'ļ'), ("lcommaaccent", 'ļ'), ("ldot", 'ŀ'), ("ldotaccent", 'ŀ'),
    ("less", '<'), ("logicalnot", '¬'), ("longs", 'ſ'), ("lslash", 'ł'), ("macron", '¯'), ("middot", '·'),
    ("minus", '−'), ("mu", 'µ'), ("mu1", 'µ'), ("multiply", '×'), ("nacute", 'ń'), ("napostrophe", 'ŉ'),
    ("nbspace", '\u{A0}'), ("ncaron", 'ň'), ("ncedilla", 'ņ'), ("ncommaaccent", 'ņ'), ("nine", '9'),
    ("nonbreakingspace", '\u{A0}'), ("ntilde", 'ñ'), ("numbersign", '#'), ("numero", '№'), ("oacute", 'ó'),
    ("obreve", 'ŏ'), ("ocircumflex", 'ô'), ("odblacute", 'ő'), ("odieresis", 'ö'), ("oe", 'œ'), ("ograve", 'ò'),
    ("ohungarumlaut", 'ő'), ("omacron", 'ō'), ("one", '1'), ("onedotenleader", '․'), ("onehalf", '½'),
    ("onequarter", '¼'), ("onesuperior", '¹'), ("ordfeminine", 'ª'), ("ordmasculine", 'º'), ("oslash", 'ø'),
    ("otilde", 'õ'), ("overscore", '¯'), ("paragraph", '¶'), ("parenleft", '('), ("parenright", ')'),
    ("percent", '%'), ("period", '.'), ("periodcentered", '·'), ("plus", '+'), ("plusminus", '±'), ("question", '?'),
    ("questiondown", '¿'), ("quotedbl", '"'), ("quotedblbase", '„'), ("quotedblleft", '“'), ("quotedblright", '”'),
    ("quoteleft", '‘'), ("quoteleftreversed", '‛'), ("quotereversed", '‛'), ("quoteright", '’'), ("quoterightn", 'ŉ'),
    ("quotesinglbase", '‚'), ("quotesingle", '\''), ("racute", 'ŕ'), ("rcaron", 'ř'), ("rcedilla", 'ŗ'),
    ("rcommaaccent", 'ŗ'), ("registered", '®'), ("sacute", 'ś'), ("scaron", 'š'), ("scedilla", 'ş'),
    ("scircumflex", 'ŝ'), ("scommaaccent", 'ș'), ("section", '§'), ("semicolon", ';'), ("seven", '7'),
    ("sfthyphen", '\u{AD}'), ("six", '6'), ("slash", '/'), ("slong", 'ſ'), ("softhyphen", '\u{AD}'), ("space", ' '),
    ("spacehackarabic", ' '), ("sterling", '£'), ("tbar", 'ŧ'), ("tcaron", 'ť'), ("tcedilla", 'ţ'),
    ("tcommaaccent", 'ţ'), ("thorn", 'þ'), ("three", '3'), ("threequarters", '¾'), ("threesuperior", '³'),
    ("trademark", '™'), ("two", '2'), ("twodotenleader", '‥'), ("twodotleader", '‥'), ("twosuperior", '²'),
    ("uacute", 'ú'), ("ubreve", 'ŭ'), ("ucircumflex", 'û'), ("udblacute", 'ű'), ("udieresis", 'ü'), ("ugrave", 'ù'),
    ("uhungarumlaut", 'ű'), ("umacron", 'ū'), ("underscore", '_'), ("underscoredbl", '‗'), ("uogonek", 'ų'),
    ("uring", 'ů'), ("utilde", 'ũ'), ("verticalbar", '|'), ("wcircumflex", 'ŵ'), ("yacute", 'ý'),
    ("ycircumflex", 'ŷ'), ("ydieresis", 'ÿ'), ("yen", '¥'), ("zacute", 'ź'), ("zcaron", 'ž'), ("zdot", 'ż'),
    ("zdotaccent", 'ż'), ("zero", '0'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_glyphs() {
        assert!(NAMES.is_sorted_by_key(|&(name, _)| name));
        for (name, expected) in [
            ("A", Some('A')),
            ("seven", Some('7')),
            ("sevenoldstyle", Some('7')),
            ("Lslash", Some('Ł')),
            ("zdotaccent.sc", Some('ż')),
            ("uni0104", Some('Ą')),
            ("u00105", Some('ą')),
            ("endash", Some('–')),
            ("fi", Some('ﬁ')),
            ("g17", None),
            ("cid102", None),
            (".notdef", None),
            ("uniXYZ1", None),
        ] {
            assert_eq!(letter(name.as_bytes()), expected, "{name}");
        }
    }
}
