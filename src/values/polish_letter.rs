/// A Polish letter without its tail, stroke or dot: `Z` of `Ż`; any other letter as it is.
///
/// ```
/// use ksef_qr::values::without_polish_mark;
///
/// assert_eq!("Żółć!".chars().map(without_polish_mark).collect::<String>(), "Zolc!");
/// ```
pub fn without_polish_mark(letter: char) -> char {
    match letter {
        'ą' => 'a',
        'ć' => 'c',
        'ę' => 'e',
        'ł' => 'l',
        'ń' => 'n',
        'ó' => 'o',
        'ś' => 's',
        'ź' | 'ż' => 'z',
        'Ą' => 'A',
        'Ć' => 'C',
        'Ę' => 'E',
        'Ł' => 'L',
        'Ń' => 'N',
        'Ó' => 'O',
        'Ś' => 'S',
        'Ź' | 'Ż' => 'Z',
        other => other,
    }
}
