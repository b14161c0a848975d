//! What differs between two documents. The time is linear in their sizes: each element is looked at once, and twins among
//! many of one name are found by their hashes, then by the numbers of their lines, then by their order.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt::Write as _;

use super::difference::{Change, Difference, Judgement, shown};
use super::document::{Document, Id, NONE, Names, TOP};
use super::fields::{Field, Identity, Subject, field, is_line, is_of_party, is_technical};
use super::lenient::Oddity;
use super::spelling;

/// Of each judgement so many differences are kept; the others are counted.
const MOST_KEPT: usize = 1_000;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Those that are kept, the worst first, then in the order of the first file.
    pub(super) differences: Vec<Difference>,
    /// How many there are of each judgement.
    pub(super) counts: [u64; 3],
    /// By which the two are not the same invoice.
    pub(super) identities: BTreeSet<Identity>,
}

/// Compares the file that KSeF refused with the one that is to take its place.
pub(super) fn compare(first: &[u8], corrected: &[u8]) -> Found {
    let mut names = Names::default();
    let first = Document::read(first, &mut names);
    let corrected = Document::read(corrected, &mut names);
    let mut comparison = Comparison {
        first: &first,
        corrected: &corrected,
        names: &names,
        found: Found::default(),
        todo: vec![(TOP, TOP)],
        lost: Vec::new(),
        new: Vec::new(),
    };
    comparison.files();
    while let Some((one, twin)) = comparison.todo.pop() {
        comparison.pair(one, twin);
    }
    comparison.without_twins();
    let mut found = comparison.found;
    if found.counts.iter().sum::<u64>() == 0 {
        found.keep(of_file(Judgement::Form, "white space, prefixes or quotes; all elements say the same", None, None));
    }
    let line = |one: &Difference| one.first_line.or(one.corrected_line).unwrap_or_default();
    found.differences.sort_by(|one, other| {
        other
            .judgement
            .cmp(&one.judgement)
            .then_with(|| line(one).cmp(&line(other)))
            .then_with(|| one.place.cmp(&other.place))
    });
    found
}

impl Found {
    fn keep(&mut self, difference: Difference) {
        if self.count(difference.judgement) {
            self.differences.push(difference);
        }
    }

    /// False if it is only counted.
    fn count(&mut self, judgement: Judgement) -> bool {
        let count = &mut self.counts[judgement as usize];
        *count += 1;
        *count <= MOST_KEPT as u64
    }
}

fn of_file(judgement: Judgement, reason: &'static str, before: Option<String>, after: Option<String>) -> Difference {
    Difference {
        judgement,
        change: Change::File,
        place: String::new(),
        field: None,
        reason,
        before,
        after,
        first_line: None,
        corrected_line: None,
    }
}

struct Comparison<'d> {
    first: &'d Document,
    corrected: &'d Document,
    names: &'d Names,
    found: Found,
    /// Elements that belong together.
    todo: Vec<(Id, Id)>,
    /// Elements that one of the files has alone.
    lost: Vec<Id>,
    new: Vec<Id>,
}

impl Comparison<'_> {
    /// What is about the files, and not about their elements.
    fn files(&mut self) {
        let (first, corrected) = (self.first, self.corrected);
        let mut form = |reason, before: &str, after: &str| {
            let value = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            self.found.keep(of_file(Judgement::Form, reason, value(before), value(after)));
        };
        if first.encoding != corrected.encoding {
            form("the encoding", first.encoding.name(), corrected.encoding.name());
        }
        if first.has_mark {
            form("the byte order mark", "", "");
        }
        for oddity in first.oddities.difference(&corrected.oddities) {
            // Comments and CDATA are nothing to KSeF.
            if !matches!(oddity, Oddity::Comment | Oddity::Cdata) {
                form(
                    "something outside the elements of the file, or something that XML does not allow",
                    oddity.meaning(),
                    "",
                );
            }
        }
        let only_in = |one: &Document, other: &Document| {
            let only: Vec<&str> =
                one.namespaces.difference(&other.namespaces).map(|&name| self.names.name(name)).collect();
            shown(&only.join(", "))
        };
        let (before, after) = (only_in(first, corrected), only_in(corrected, first));
        if !before.is_empty() || !after.is_empty() {
            form("the namespace", &before, &after);
        }
        for stopped in [first.stopped, corrected.stopped].into_iter().flatten() {
            self.found.keep(of_file(Judgement::Unclear, stopped, None, None));
        }
    }

    /// Compares two elements that have the same place.
    fn pair(&mut self, one: Id, twin: Id) {
        let (first, corrected) = (self.first, self.corrected);
        if first.node(one).hash == corrected.node(twin).hash && first.is_same(one, corrected, twin) {
            return;
        }
        let (before, after) = (first.text(one), corrected.text(twin));
        if before != after {
            self.changed(one, twin, before, after);
        }
        let mut groups: HashMap<u32, (Vec<Id>, Vec<Id>)> = HashMap::new();
        let mut order = Vec::new();
        for (ids, is_first) in
            [(first.children(one).collect::<Vec<_>>(), true), (corrected.children(twin).collect(), false)]
        {
            for id in ids {
                let name = if is_first { first.node(id).name } else { corrected.node(id).name };
                let group = groups.entry(name).or_insert_with(|| {
                    order.push(name);
                    Default::default()
                });
                if is_first { group.0.push(id) } else { group.1.push(id) }
            }
        }
        let mut pairs = Vec::new();
        let (mut lost, mut new) = (Vec::new(), Vec::new());
        for name in order {
            let Some((ours, theirs)) = groups.remove(&name) else { continue };
            self.match_siblings(&ours, &theirs, &mut pairs, &mut lost, &mut new);
        }
        self.match_renamed(&mut lost, &mut new, &mut pairs);
        pairs.sort_unstable();
        if pairs.windows(2).any(|two| two[0].1 > two[1].1) {
            self.reordered(one, twin);
        }
        self.lost.append(&mut lost);
        self.new.append(&mut new);
    }

    /// Finds the twins among elements of one name under one parent.
    fn match_siblings(
        &mut self,
        ours: &[Id],
        theirs: &[Id],
        pairs: &mut Vec<(Id, Id)>,
        lost: &mut Vec<Id>,
        new: &mut Vec<Id>,
    ) {
        if let ([one], [twin]) = (ours, theirs) {
            pairs.push((*one, *twin));
            self.todo.push((*one, *twin));
            return;
        }
        let (first, corrected) = (self.first, self.corrected);
        let before = pairs.len();
        let (ours, theirs) =
            twins(ours, theirs, pairs, |id| Some(first.node(id).hash), |id| Some(corrected.node(id).hash));
        let rest = |document: &Document, id: Id| {
            let node = document.node(id);
            (node.key != NONE).then_some(node.hash_of_rest)
        };
        let (ours, theirs) = twins(&ours, &theirs, pairs, |id| rest(first, id), |id| rest(corrected, id));
        let key = |document: &'_ Document, id: Id| {
            let key = document.node(id).key;
            (key != NONE).then(|| document.text(key).to_owned())
        };
        let (ours, theirs) = twins(&ours, &theirs, pairs, |id| key(first, id), |id| key(corrected, id));
        // What has a number of its own is not taken for another line.
        let (numbered, ours): (Vec<Id>, Vec<Id>) = ours.into_iter().partition(|&id| first.node(id).key != NONE);
        let (numbered_there, theirs): (Vec<Id>, Vec<Id>) =
            theirs.into_iter().partition(|&id| corrected.node(id).key != NONE);
        let common = ours.len().min(theirs.len());
        pairs.extend(ours[..common].iter().copied().zip(theirs[..common].iter().copied()));
        lost.extend(numbered.iter().chain(&ours[common..]));
        new.extend(numbered_there.iter().chain(&theirs[common..]));
        self.todo.extend(&pairs[before..]);
    }

    /// Finds those that stand at their place under a name that was misspelt.
    fn match_renamed(&mut self, lost: &mut Vec<Id>, new: &mut Vec<Id>, pairs: &mut Vec<(Id, Id)>) {
        if lost.is_empty() || new.is_empty() {
            return;
        }
        let (first, corrected, names) = (self.first, self.corrected, self.names);
        let mut twinned = Vec::new();
        let (ours, theirs) = twins(
            &std::mem::take(lost),
            &std::mem::take(new),
            &mut twinned,
            |id| Some(folded(names.name(first.node(id).name))),
            |id| Some(folded(names.name(corrected.node(id).name))),
        );
        (*lost, *new) = (ours, theirs);
        for (one, twin) in twinned {
            let [ours, theirs] = [names.name(first.node(one).name), names.name(corrected.node(twin).name)];
            if ours == theirs {
                // Two lines that share their name and nothing else.
                lost.push(one);
                new.push(twin);
                continue;
            }
            let values = Some((ours, theirs));
            self.tell(Judgement::Form, Change::Renamed, "the name of the element", Some(one), Some(twin), values);
            pairs.push((one, twin));
            self.todo.push((one, twin));
        }
    }

    fn changed(&mut self, one: Id, twin: Id, before: &str, after: &str) {
        let (first, names) = (self.first, self.names);
        let name = names.name(self.corrected.node(twin).name);
        let field = self.field(self.corrected, twin);
        let (judgement, reason) = if self.is_technical(first, one) {
            (Judgement::Form, "the header says nothing of the transaction")
        } else {
            let said = spelling::same(field.subject, before, after);
            let unsaid = || match (before.is_empty(), after.is_empty()) {
                (true, _) => self.gained(self.corrected, twin),
                (_, true) => self.gained(first, one),
                _ if name.starts_with("@scheme") => (Judgement::Unclear, "the list that a value is of"),
                _ if is_of_party(&self.section(first, one)) => {
                    (Judgement::Content, "another party, or another word of it")
                }
                _ => (Judgement::Content, field.subject.change()),
            };
            said.filter(|_| !before.is_empty() && !after.is_empty()).unwrap_or_else(unsaid)
        };
        if judgement == Judgement::Content {
            self.note_identity(first, one);
        }
        self.tell(judgement, Change::Changed, reason, Some(one), Some(twin), Some((before, after)));
    }

    fn reordered(&mut self, one: Id, twin: Id) {
        self.tell(Judgement::Form, Change::Reordered, "the order of the elements", Some(one), Some(twin), None);
    }

    /// What to make of elements that only one of the files has.
    fn without_twins(&mut self) {
        let (first, corrected) = (self.first, self.corrected);
        let (mut lost, mut new) = (std::mem::take(&mut self.lost), std::mem::take(&mut self.new));
        lost.sort_unstable();
        new.sort_unstable();
        let is_root = |document: &Document, id: &Id| document.node(*id).parent == TOP;
        if lost.iter().any(|id| is_root(first, id)) && new.iter().any(|id| is_root(corrected, id)) {
            // Two forms that have nothing in common.
            self.found.identities.extend([Identity::Number, Identity::Date]);
        }
        // A value that stands under another element now, in the same part and line of the invoice.
        let mut values: HashMap<(String, &str, String), VecDeque<Id>> = HashMap::new();
        if !lost.is_empty() {
            for leaf in new.iter().flat_map(|&id| corrected.subtree(id)).filter(|&id| !corrected.text(id).is_empty()) {
                values.entry(self.address(corrected, leaf)).or_default().push_back(leaf);
            }
        }
        let mut moved = BTreeSet::new();
        for id in lost {
            let leaves = first.subtree(id).filter(|&leaf| !first.text(leaf).is_empty());
            let found: Vec<(Id, Option<Id>)> = match values.is_empty() {
                true => leaves.map(|leaf| (leaf, None)).collect(),
                false => leaves
                    .map(|leaf| {
                        let place = values.get_mut(&self.address(first, leaf));
                        (leaf, place.and_then(VecDeque::pop_front))
                    })
                    .collect(),
            };
            if found.iter().all(|(_, place)| place.is_none()) {
                self.only(true, id);
                continue;
            }
            for (leaf, place) in found {
                match place {
                    Some(place) => {
                        moved.insert(place);
                        self.moved(leaf, place);
                    }
                    None => self.only(true, leaf),
                }
            }
        }
        for id in new {
            let leaves: Vec<Id> = corrected.subtree(id).filter(|&leaf| !corrected.text(leaf).is_empty()).collect();
            if !leaves.iter().any(|leaf| moved.contains(leaf)) {
                self.only(false, id);
                continue;
            }
            for leaf in leaves.into_iter().filter(|leaf| !moved.contains(leaf)) {
                self.only(false, leaf);
            }
        }
    }

    /// In which part and line of the invoice a value stands, its name and itself.
    fn address<'d>(&self, document: &'d Document, id: Id) -> (String, &'d str, String) {
        let mut steps: Vec<Id> = document.ancestors(id).collect();
        steps.reverse();
        let mut part = String::new();
        for (depth, &step) in steps.iter().enumerate() {
            let node = document.node(step);
            if depth == 1 || node.ordinal > 0 {
                // Writing to a string cannot fail.
                _ = write!(part, "{}{}/", folded(self.names.name(node.name)), node.ordinal);
            }
        }
        (part, document.text(id), folded(self.names.name(document.node(id).name)))
    }

    fn moved(&mut self, one: Id, place: Id) {
        let after = self.corrected.path(place, self.names);
        let (judgement, reason) = match self.is_technical(self.first, one) {
            true => (Judgement::Form, "the header says nothing of the transaction"),
            false => (Judgement::Unclear, "it stands under another element; does it mean the same there?"),
        };
        let values = Some((self.first.text(one), &*after));
        self.tell(judgement, Change::Moved, reason, Some(one), Some(place), values);
    }

    /// Tells of an element that only one file has.
    fn only(&mut self, is_lost: bool, id: Id) {
        let document = if is_lost { self.first } else { self.corrected };
        let (judgement, reason) = self.gained(document, id);
        if judgement == Judgement::Content {
            document.subtree(id).for_each(|below| self.note_identity(document, below));
        }
        let said = self.summary(document, id);
        match is_lost {
            true => self.tell(judgement, Change::Removed, reason, Some(id), None, Some((&said, ""))),
            false => self.tell(judgement, Change::Added, reason, None, Some(id), Some(("", &said))),
        }
    }

    /// How something is judged that one file says and the other does not.
    fn gained(&self, document: &Document, id: Id) -> (Judgement, &'static str) {
        let node = document.node(id);
        if !node.has_text {
            return (Judgement::Form, "an empty element");
        }
        if self.is_technical(document, id) {
            return (Judgement::Form, "the header says nothing of the transaction");
        }
        let mut worst = (Judgement::Form, "it says that there is nothing to say, as the schema demands");
        for leaf in document.subtree(id).filter(|&leaf| !document.text(leaf).is_empty()) {
            let name = self.names.name(document.node(leaf).name);
            let judged = said_alone(self.field(document, leaf).subject, name, document.text(leaf));
            if judged.0 == Judgement::Content {
                let reason = match () {
                    () if is_line(self.names.name(node.name)) => "a line that only one of the files has",
                    () if is_of_party(&self.section(document, id)) => {
                        "something of a party that only one of the files has"
                    }
                    () => judged.1,
                };
                return (Judgement::Content, reason);
            }
            worst = worst.max_by_judgement(judged);
        }
        worst
    }

    /// The values in an element, as far as there is room.
    fn summary(&self, document: &Document, id: Id) -> String {
        let mut said = String::new();
        let mut leaves = document.subtree(id).filter(|&leaf| !document.text(leaf).is_empty()).peekable();
        if document.node(id).has_text && !document.text(id).is_empty() {
            return document.text(id).to_owned();
        }
        // More than is shown in the end.
        while said.len() < 1_000
            && let Some(leaf) = leaves.next()
        {
            let name = self.names.name(document.node(leaf).name);
            _ = write!(said, "{name} {}", document.text(leaf));
            if leaves.peek().is_some() {
                said.push_str(", ");
            }
        }
        said
    }

    fn field(&self, document: &Document, id: Id) -> Field {
        let parent = document.ancestors(id).next();
        let parent = parent.map_or("", |parent| self.names.name(document.node(parent).name));
        field(self.names.name(document.node(id).name), parent)
    }

    /// The name of the part of the invoice in which it stands: of the root's child.
    fn section(&self, document: &Document, id: Id) -> String {
        let mut steps: Vec<Id> = std::iter::once(id).chain(document.ancestors(id)).collect();
        steps.pop();
        steps.last().map(|&step| self.names.name(document.node(step).name).to_owned()).unwrap_or_default()
    }

    fn is_technical(&self, document: &Document, id: Id) -> bool {
        let mut steps: Vec<Id> = document.ancestors(id).collect();
        steps.pop();
        steps.reverse();
        is_technical(
            steps.iter().map(|&step| self.names.name(document.node(step).name)),
            self.names.name(document.node(id).name),
        )
    }

    fn note_identity(&mut self, document: &Document, id: Id) {
        if document.text(id).is_empty() {
            return;
        }
        let mut steps: Vec<Id> = document.ancestors(id).collect();
        steps.pop();
        steps.reverse();
        steps.push(id);
        let names: Vec<&str> = steps.iter().map(|&step| self.names.name(document.node(step).name)).collect();
        self.found.identities.extend(Identity::of(&names.join("/")));
    }

    fn tell(
        &mut self,
        judgement: Judgement,
        change: Change,
        reason: &'static str,
        one: Option<Id>,
        twin: Option<Id>,
        values: Option<(&str, &str)>,
    ) {
        if !self.found.count(judgement) {
            return;
        }
        let value = |text: &str| Some(shown(text)).filter(|text| !text.is_empty());
        let of = |document: &Document, id| (document.path(id, self.names), self.field(document, id));
        let (place, named) = match (one, twin) {
            (Some(id), _) => of(self.first, id),
            (None, Some(id)) => of(self.corrected, id),
            (None, None) => (String::new(), field("", "")),
        };
        self.found.differences.push(Difference {
            judgement,
            change,
            place,
            field: named.polish,
            reason,
            before: values.and_then(|(before, _)| value(before)),
            after: values.and_then(|(_, after)| value(after)),
            first_line: one.map(|id| self.first.node(id).line),
            corrected_line: twin.map(|id| self.corrected.node(id).line),
        });
    }
}

/// Takes those together that have the same mark, each once, in their order. Returns the others.
fn twins<M: std::hash::Hash + Eq>(
    ours: &[Id],
    theirs: &[Id],
    pairs: &mut Vec<(Id, Id)>,
    mark: impl Fn(Id) -> Option<M>,
    mark_there: impl Fn(Id) -> Option<M>,
) -> (Vec<Id>, Vec<Id>) {
    let mut places: HashMap<M, VecDeque<Id>> = HashMap::new();
    let mut others_there = Vec::new();
    for &id in theirs {
        match mark_there(id) {
            Some(mark) => places.entry(mark).or_default().push_back(id),
            None => others_there.push(id),
        }
    }
    let mut others = Vec::new();
    for &id in ours {
        match mark(id).and_then(|mark| places.get_mut(&mark)?.pop_front()) {
            Some(twin) => pairs.push((id, twin)),
            None => others.push(id),
        }
    }
    others_there.extend(places.into_values().flatten());
    others_there.sort_unstable();
    (others, others_there)
}

/// A name as it may be misspelt: `p7` for `P_7`.
fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

trait Worst {
    fn max_by_judgement(self, other: Self) -> Self;
}

impl Worst for (Judgement, &'static str) {
    fn max_by_judgement(self, other: Self) -> Self {
        if other.0 > self.0 { other } else { self }
    }
}

/// How a value is judged that stands in one file alone.
fn said_alone(subject: Subject, name: &str, value: &str) -> (Judgement, &'static str) {
    let zero = |value: &str| value.bytes().all(|byte| matches!(byte, b'0' | b'.' | b','));
    match (subject, value) {
        (Subject::Mark { no }, value) if value == no => {
            (Judgement::Form, "it says that there is nothing to say, as the schema demands")
        }
        (Subject::Line, _) => (Judgement::Form, "the numbers of lines, as the schema demands them"),
        (Subject::Amount, value) if zero(value) => (Judgement::Unclear, "a zero; was it meant?"),
        (Subject::Code, "PL" | "PLN" | "VAT") => (Judgement::Unclear, "the usual word; was it meant?"),
        (Subject::Text | Subject::Number, _) if name.starts_with('@') => {
            (Judgement::Unclear, "an attribute; does the value mean the same?")
        }
        (subject, _) => (
            Judgement::Content,
            match subject {
                Subject::Amount => "an amount or a quantity that only one of the files has",
                Subject::Date => "a date that only one of the files has",
                Subject::Nip => "a tax number that only one of the files has",
                Subject::Account => "a bank account that only one of the files has",
                Subject::Mark { .. } => "an answer to a question of the law that only one of the files has",
                Subject::Rate => "a rate of tax that only one of the files has",
                Subject::Number => "a number of a document that only one of the files has",
                Subject::Code | Subject::Line | Subject::Text => "a text that only one of the files has",
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASIC: &str = include_str!("../../fixtures/invoices/good/fa3-basic.xml");

    /// The judgement, the change and the place of each, and what was before and after.
    fn found(first: &str, corrected: &str) -> Vec<String> {
        let found = compare(first.as_bytes(), corrected.as_bytes());
        let told = found.differences.iter().map(|one| {
            let values = [&one.before, &one.after].map(|value| value.as_deref().unwrap_or("-"));
            format!("{} {} {} {} {}", one.judgement, one.change.name(), one.place, values[0], values[1])
        });
        told.collect()
    }

    /// One replacement in the first file.
    fn of(text: &str, replacement: &str) -> Vec<String> {
        assert!(BASIC.contains(text), "{text}");
        found(&BASIC.replacen(text, replacement, 1), BASIC)
    }

    #[test]
    fn one_thing_is_different() {
        for (text, first, expected) in [
            ("<P_15>2205.39</P_15>", "<P_15>2205,39</P_15>", &["form changed Faktura/Fa/P_15 2205,39 2205.39"][..]),
            ("<P_15>2205.39</P_15>", "<P_15>2205.40</P_15>", &["content changed Faktura/Fa/P_15 2205.40 2205.39"]),
            ("<P_8B>50</P_8B>", "<P_8B>5</P_8B>", &["content changed Faktura/Fa/FaWiersz[2]/P_8B 5 50"]),
            (
                "2026-06-15T09:12:40Z",
                "2026-06-14T09:12:40Z",
                &["form changed Faktura/Naglowek/DataWytworzeniaFa 2026-06-14T09:12:40Z 2026-06-15T09:12:40Z"],
            ),
            (
                "<NIP>5251469286</NIP>",
                "<NIP>525-146-92-86</NIP>",
                &["form changed Faktura/Podmiot2/DaneIdentyfikacyjne/NIP 525-146-92-86 5251469286"],
            ),
            ("<JST>2</JST>", "", &["form added Faktura/Podmiot2/JST - 2"]),
            ("<JST>2</JST>", "<JST>1</JST>", &["content changed Faktura/Podmiot2/JST 1 2"]),
            ("<NrKlienta>GĘŚ-0042</NrKlienta>", "", &["content added Faktura/Podmiot2/NrKlienta - GĘŚ-0042"]),
            (
                "<P_6>2026-06-12</P_6>",
                "<P_6>12.06.2026</P_6><P_6A/>",
                &["form removed Faktura/Fa/P_6A - -", "form changed Faktura/Fa/P_6 12.06.2026 2026-06-12"],
            ),
            (
                "<P_7>Uchwyt dębowy",
                "<P_7>Uchwyt & d&#x119;bowy",
                &[
                    "content changed Faktura/Fa/FaWiersz[2]/P_7 Uchwyt & dębowy toczony, olejowany Uchwyt dębowy toczony, olejowany",
                    "form file  an & that starts no reference; it was read as the letter -",
                ],
            ),
            ("<P_2>FV/2026/06/001</P_2>", "<p_2>FV/2026/06/001</p_2>", &["form renamed Faktura/Fa/p_2 p_2 P_2"]),
            ("<KodWaluty>PLN</KodWaluty>", "", &["unclear added Faktura/Fa/KodWaluty - PLN"]),
            (
                "http://crd.gov.pl/wzor/2025/06/25/13775/",
                "urn:x",
                &["form file  urn:x http://crd.gov.pl/wzor/2025/06/25/13775/"],
            ),
            (
                "<P_1M>Kielce</P_1M>\n    <P_2>FV/2026/06/001</P_2>",
                "<P_2>FV/2026/06/001</P_2><P_1M>Kielce</P_1M>",
                &["form reordered Faktura/Fa - -"],
            ),
            (
                "<Termin>2026-06-29</Termin>",
                "<X><Termin>2026-06-29</Termin></X>",
                &[
                    "unclear moved Faktura/Fa/Platnosc/TerminPlatnosci/X/Termin 2026-06-29 Faktura/Fa/Platnosc/TerminPlatnosci/Termin",
                ],
            ),
            ("\n", "\r\n\t", &["form file  - -"]),
        ] {
            let mut expected: Vec<_> = expected.iter().map(|&text| text.to_owned()).collect();
            let mut found = of(text, first);
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{first}");
        }
    }

    const LINE: &str = "<FaWiersz>\n      <NrWierszaFa>2</NrWierszaFa>";

    #[test]
    fn lines_find_their_twins() {
        let line = |number: u32, price: u32| format!("<L><NrWierszaFa>{number}</NrWierszaFa><P_9A>{price}</P_9A></L>");
        let of = |lines: &[(u32, u32)]| {
            format!("<F>{}</F>", lines.iter().map(|&(number, price)| line(number, price)).collect::<String>())
        };
        let first = of(&[(1, 10), (2, 20), (3, 30)]);
        for (corrected, expected) in [
            (of(&[(3, 30), (1, 10), (2, 20)]), &["form reordered F - -"][..]),
            (of(&[(1, 10), (3, 30)]), &["content removed F/L[2] NrWierszaFa 2, P_9A 20 -"]),
            (of(&[(1, 10), (2, 21), (3, 30)]), &["content changed F/L[2]/P_9A 20 21"]),
            (
                of(&[(1, 10), (2, 30)]),
                &["content removed F/L[2] NrWierszaFa 2, P_9A 20 -", "unclear changed F/L[3]/NrWierszaFa 3 2"],
            ),
            (of(&[(1, 10), (2, 20), (3, 30), (4, 40)]), &["content added F/L[4] - NrWierszaFa 4, P_9A 40"]),
        ] {
            assert_eq!(found(&first, &corrected), expected, "{corrected}");
        }
        assert!(BASIC.contains(LINE));
        // Without numbers, by their order.
        let none = "<F><L><P>1</P></L><L><P>2</P></L></F>";
        assert_eq!(found(none, "<F><L><P>1</P></L><L><P>3</P></L></F>"), ["content changed F/L[2]/P 2 3"]);
    }

    #[test]
    fn a_party_does_not_move() {
        let nip = "<NIP>5251469286</NIP>";
        let swapped = BASIC.replacen(nip, "", 1).replacen("<NIP>5265877635</NIP>", &format!("<A>{nip}</A>"), 1);
        let found = found(&swapped, BASIC);
        assert!(found.iter().all(|one| one.starts_with("content") || one.starts_with("form")), "{found:?}");
        assert!(found.iter().filter(|one| one.starts_with("content")).count() >= 2, "{found:?}");
    }

    #[test]
    fn many_differences_are_counted_and_few_kept() {
        let lines = |text: &str| {
            (0..10_000)
                .map(|n| format!("<L><NrWierszaFa>{n}</NrWierszaFa><P_11>{text}</P_11></L>"))
                .collect::<Vec<_>>()
                .concat()
        };
        let found = compare(format!("<F>{}</F>", lines("1")).as_bytes(), format!("<F>{}</F>", lines("2")).as_bytes());
        assert_eq!(found.counts, [0, 0, 10_000]);
        assert_eq!(found.differences.len(), MOST_KEPT);
    }
}
