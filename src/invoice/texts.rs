//! From events to texts: follows the form's paths from the root and gathers the text at their ends.

use std::borrow::Cow;

use super::form::{Field, Form, Node};
use super::printed::Printed;
use crate::error::Kind;
use crate::xml::{Step, Visitor};

/// The texts of an invoice, as they stand in it.
#[derive(Debug, Default)]
pub(crate) struct Texts<'x> {
    pub(super) form: Option<Form>,
    pub(super) seller: Option<Cow<'x, str>>,
    pub(super) seller_registrations: Vec<Registration<'x>>,
    pub(super) buyer: Option<Cow<'x, str>>,
    pub(super) buyer_vat_country: Option<Cow<'x, str>>,
    pub(super) buyer_vat_number: Option<Cow<'x, str>>,
    pub(super) buyer_other: Option<Cow<'x, str>>,
    pub(super) buyer_country: Option<Cow<'x, str>>,
    pub(super) buyer_is_local_unit: Option<Cow<'x, str>>,
    pub(super) buyer_is_group_member: Option<Cow<'x, str>>,
    pub(super) buyer_registrations: Vec<Registration<'x>>,
    pub(super) third_parties: Vec<ThirdPartyTexts<'x>>,
    pub(super) authorised: Option<Cow<'x, str>>,
    pub(super) issue_date: Option<Cow<'x, str>>,
    pub(super) number: Option<Cow<'x, str>>,
    pub(super) kind: Option<Cow<'x, str>>,
    pub(super) self_billing: Option<Cow<'x, str>>,
    pub(super) attachment: bool,
    pub(super) printed: Printed,
}

/// `cac:PartyTaxScheme` of a PEF party.
#[derive(Clone, Debug, Default)]
pub(super) struct Registration<'x> {
    pub(super) scheme: Option<Cow<'x, str>>,
    pub(super) number: Option<Cow<'x, str>>,
}

/// `Podmiot3`. What its schema allows once may stand twice: a document is read before it is validated, if it ever is.
#[derive(Clone, Debug, Default)]
pub(super) struct ThirdPartyTexts<'x> {
    pub(super) nips: Vec<Cow<'x, str>>,
    /// `IDWew`.
    pub(super) internal_ids: Vec<Cow<'x, str>>,
    pub(super) roles: Vec<Cow<'x, str>>,
}

/// Gathers the texts of an invoice while it is read.
#[derive(Default)]
pub(crate) struct TextReader<'x> {
    texts: Texts<'x>,
    root_namespace: String,
    /// The elements from the root on that lie on a path.
    path: Vec<&'static Node>,
    /// How many elements deeper than the path the reading is.
    off_path: usize,
    in_root: bool,
    text: String,
    /// True if there is an element in this text, which is to be printed.
    is_mixed: bool,
    registration: Registration<'x>,
    third_party: ThirdPartyTexts<'x>,
}

impl<'x> TextReader<'x> {
    pub(crate) fn into_texts(self) -> Texts<'x> {
        self.texts
    }

    fn root(&mut self, namespace: &str, local: &str) -> Step {
        let form = Form::of_root(namespace, local).ok_or_else(|| {
            let of =
                if namespace.is_empty() { "no namespace".to_owned() } else { format!("the namespace {namespace:?}") };
            if namespace.contains("upo") && local == "Potwierdzenie" {
                let message = "it is a UPO, by which KSeF confirms what it took; the invoice is the file that was sent";
                return (Kind::UnknownForm, message.to_owned());
            }
            (Kind::UnknownForm, format!("the root element is {local:?} in {of}, which is not a known invoice form"))
        })?;
        self.texts.form = Some(form);
        self.root_namespace.push_str(namespace);
        self.in_root = true;
        Ok(())
    }

    /// The element on a path that has this name, where the reading is.
    #[inline]
    fn child(&self, namespace: &str, local: &str) -> Option<&'static Node> {
        let nodes = match self.path.last() {
            Some(parent) => parent.children,
            None => self.texts.form?.nodes(),
        };
        nodes.iter().find(|node| node.matches(&self.root_namespace, namespace, local))
    }

    fn enter(&mut self, node: &'static Node) {
        self.path.push(node);
        self.text.clear();
        self.is_mixed = false;
        match node.field {
            Some(Field::Attachment) => self.texts.attachment = true,
            Some(Field::SellerRegistration | Field::BuyerRegistration) => self.registration = Registration::default(),
            Some(Field::ThirdParty) => self.third_party = ThirdPartyTexts::default(),
            _ => {}
        }
    }

    fn leave(&mut self, field: Field, local: &str, text: Cow<'x, str>, is_mixed: bool) -> Step {
        let texts = &mut self.texts;
        let slot = match field {
            Field::SellerNip => &mut texts.seller,
            Field::BuyerNip => &mut texts.buyer,
            Field::BuyerVatCountry => &mut texts.buyer_vat_country,
            Field::BuyerVatNumber => &mut texts.buyer_vat_number,
            Field::BuyerOtherId => &mut texts.buyer_other,
            Field::BuyerCountry => &mut texts.buyer_country,
            Field::BuyerIsLocalUnit => &mut texts.buyer_is_local_unit,
            Field::BuyerIsGroupMember => &mut texts.buyer_is_group_member,
            Field::AuthorisedNip => &mut texts.authorised,
            Field::IssueDate => &mut texts.issue_date,
            Field::Number => &mut texts.number,
            Field::Kind => &mut texts.kind,
            Field::SelfBilling => &mut texts.self_billing,
            Field::RegistrationNumber => &mut self.registration.number,
            Field::RegistrationScheme => &mut self.registration.scheme,
            Field::ThirdPartyNip => {
                self.third_party.nips.push(text);
                return Ok(());
            }
            Field::ThirdPartyInternalId => {
                self.third_party.internal_ids.push(text);
                return Ok(());
            }
            Field::ThirdPartyRole => {
                self.third_party.roles.push(text);
                return Ok(());
            }
            Field::ThirdParty => {
                texts.third_parties.push(std::mem::take(&mut self.third_party));
                return Ok(());
            }
            Field::SellerRegistration => {
                texts.seller_registrations.push(std::mem::take(&mut self.registration));
                return Ok(());
            }
            Field::BuyerRegistration => {
                texts.buyer_registrations.push(std::mem::take(&mut self.registration));
                return Ok(());
            }
            Field::Attachment => return Ok(()),
            Field::SellerName | Field::BuyerName | Field::Total | Field::Currency => {
                texts.printed.take(field, text, is_mixed);
                return Ok(());
            }
        };
        match slot {
            Some(_) => Err((Kind::FieldRepeated, format!("the element {local} stands twice"))),
            None => {
                *slot = Some(text);
                Ok(())
            }
        }
    }
}

impl<'x> Visitor<'x> for TextReader<'x> {
    fn open(&mut self, namespace: &str, local: &str) -> Step {
        if !self.in_root {
            return self.root(namespace, local);
        }
        if self.off_path > 0 {
            self.off_path += 1;
            return Ok(());
        }
        let parent = self.path.last();
        match self.child(namespace, local) {
            Some(node) => {
                self.enter(node);
                Ok(())
            }
            None if parent.is_some_and(|parent| parent.is_printed()) => {
                self.is_mixed = true;
                self.off_path += 1;
                Ok(())
            }
            None if parent.is_some_and(|parent| parent.is_text()) => {
                Err((Kind::FieldMalformed, format!("there is an element {local} where only text may stand")))
            }
            None => {
                self.off_path += 1;
                Ok(())
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.off_path == 0 && self.path.last().is_some_and(|node| node.is_text()) {
            self.text.push_str(text);
        }
    }

    fn leaf(&mut self, namespace: &str, local: &str, text: &'x str) -> Step {
        if self.in_root && self.off_path == 0 {
            match self.child(namespace, local) {
                Some(Node { field: Some(field), local, children: [], .. }) if *field != Field::Attachment => {
                    return self.leave(*field, local, text.into(), false);
                }
                None if !self.path.last().is_some_and(|parent| parent.is_text()) => return Ok(()),
                _ => {}
            }
        }
        self.open(namespace, local)?;
        self.text(text);
        self.close()
    }

    fn is_elsewhere(&self) -> bool {
        self.off_path > 0
    }

    fn close(&mut self) -> Step {
        if self.off_path > 0 {
            self.off_path -= 1;
            return Ok(());
        }
        // The root itself is not on the path.
        match self.path.pop() {
            Some(Node { field: Some(field), local, .. }) => {
                let text = std::mem::take(&mut self.text);
                self.leave(*field, local, text.into(), self.is_mixed)
            }
            _ => Ok(()),
        }
    }
}
