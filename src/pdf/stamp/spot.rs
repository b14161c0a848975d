//! Where on a page the codes go.

use super::free_place;
use super::stamping::{Full, Spot, Stamping, stamped_already};
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::pdf::page::geometry::{Rect, View, millimetres};
use crate::pdf::page::ink::InkMap;
use crate::pdf::page::ink::occupied::{self, Survey};
use crate::pdf::page::pages::Page;
use crate::pdf::remedy;
use crate::pdf::settings::{Corner, Occupied};
use crate::pdf_objects::{Indirect, Object, Stream};

/// Parts of its content that a page may have already: their list is written anew. The same holds for annotations.
const MOST_PARTS: usize = 10_000;

impl Stamping<'_> {
    /// Reads the page, and finds the place that was chosen, or one that is free.
    pub(super) fn spot(&mut self, page: &Page) -> Result<std::result::Result<Spot, Full>> {
        let corner = self.stamp.anchor.corner;
        if corner != Corner::Auto || self.stamp.occupied == Occupied::Ignore {
            return self.spot_at(page, corner).map(Ok);
        }
        let view = page.view(self.file)?;
        self.free_spot(page, view).map_err(remedy::of_content)
    }

    fn free_spot(&mut self, page: &Page, view: View) -> Result<std::result::Result<Spot, Full>> {
        let size = (self.block.width, self.block.height);
        if size.0 > view.size().0 || size.1 > view.size().1 {
            return Ok(Err(Full(free_place::no_room(&view, size, &self.stamp.anchor, page.number))));
        }
        let unbroken = self.unbroken.as_ref().map(|block| (block.width, block.height));
        let sizes: Vec<_> = unbroken.into_iter().chain([size]).collect();
        let anchor = &self.stamp.anchor;
        let corners: Vec<_> = sizes
            .iter()
            .flat_map(|&size| free_place::corners(&view, size, anchor).into_iter().map(move |at| (size, at)))
            .collect();
        // Somewhere else than was asked for, without a word, is nowhere that anybody would look.
        if corners.is_empty() && self.stamp.anchor.is_farther_than_usual() {
            return Err(free_place::no_room(&view, size, &self.stamp.anchor, page.number));
        }
        let areas: Vec<Rect> = corners.iter().map(|&(size, at)| free_place::rect(&view, at, size)).collect();
        let map = InkMap::new(view.visible, free_place::millimetre(&view));
        let (streams, annotations) = self.parts(page)?;
        let (_, resources) = self.resources.of(page)?;
        let mut survey = occupied::look(self.file, &streams, &resources, &annotations, &areas, Some(map))?;
        whole(page, &survey)?;
        if survey.is_stamped && self.stamp.occupied == Occupied::Refuse {
            return Err(stamped_already(page));
        }
        Self::keep_room_for_signatures(&view, &areas, &mut survey);
        let free_corner = corners.iter().zip(&survey.found).find(|(_, found)| found.is_none()).map(|(&at, _)| at);
        let on =
            |map: &InkMap| sizes.iter().find_map(|&size| Some((size, free_place::search(&view, map, size, anchor)?)));
        let found = || on(&survey.map.clone()?.with(survey.pictures.as_ref()?));
        let within_pictures = || {
            let map = self.seen(page, &view, &survey)?;
            let free = map.free();
            let is_free = |&&(size, at): &&_| free.has(&free_place::rect(&view, at, size));
            corners.iter().find(is_free).copied().or_else(|| on(&map))
        };
        let Some((found, at)) = free_corner.or_else(found).or_else(within_pictures) else {
            let [width, height] = [size.0, size.1].map(millimetres);
            let mut why = format!("page {} has no free place of {width:.0} x {height:.0} mm", page.number);
            if let Some(found) = survey.found.into_iter().flatten().next() {
                why = format!("{why}: in one of its corners is {found}");
            }
            return Ok(Err(Full(Error::new(Kind::PdfPlaceTaken, why))));
        };
        if unbroken == Some(found)
            && let Some(block) = self.unbroken.take()
        {
            self.block = block;
        }
        Ok(Ok(Spot { view, place: free_place::matrix(&view, at), streams, annotations, survey }))
    }

    /// A signature or a stamp of the firm needs the ground above its line.
    fn keep_room_for_signatures(view: &View, areas: &[Rect], survey: &mut Survey) {
        let (Some(map), Some(pictures), Some(lines)) = (&mut survey.map, &survey.pictures, &survey.sign_lines) else {
            return;
        };
        for ground in lines.grounds(&map.clone().with(pictures), free_place::up(view)) {
            map.mark(&ground);
            for (area, found) in areas.iter().zip(&mut survey.found) {
                if area.meets(&ground) {
                    found.get_or_insert_with(|| "a line to sign on".to_owned());
                }
            }
        }
    }

    /// The map of a page with pictures, as it is when it is drawn; none if there are no pictures or nobody draws it.
    fn seen(&self, page: &Page, view: &View, survey: &Survey) -> Option<InkMap> {
        let (map, pictures) = survey.map.as_ref().zip(survey.pictures.as_ref())?;
        let drawer = self.drawer.filter(|_| !pictures.is_blank())?;
        let (columns, rows) = pictures.seen_squares(view.turns);
        let dark = drawer.dark(self.file.bytes(), page.number, columns, rows)?;
        Some(map.clone().with(&pictures.dark_parts(view.turns, &dark)?))
    }

    /// True if what is in the place is the white of a picture.
    fn is_white(&mut self, page: &Page, view: &View, area: Rect, parts: (&[Stream], &[Object])) -> Result<bool> {
        if self.drawer.is_none() {
            return Ok(false);
        }
        let (_, resources) = self.resources.of(page)?;
        let map = InkMap::new(view.visible, free_place::millimetre(view));
        let survey = occupied::look(self.file, parts.0, &resources, parts.1, &[area], Some(map))?;
        Ok(self.seen(page, view, &survey).is_some_and(|map| map.free().has(&area)))
    }

    /// Reads the page, and acts upon what is found in the place that was chosen.
    pub(super) fn spot_at(&mut self, page: &Page, corner: Corner) -> Result<Spot> {
        let view = page.view(self.file)?;
        self.chosen_spot(page, view, corner).map_err(remedy::of_content)
    }

    fn chosen_spot(&mut self, page: &Page, view: View, corner: Corner) -> Result<Spot> {
        let size = (self.block.width, self.block.height);
        let at = free_place::corner(&view, size, &self.stamp.anchor, corner)
            .ok_or_else(|| free_place::no_room(&view, size, &self.stamp.anchor, page.number))?;
        let (streams, annotations) = self.parts(page)?;
        let area = free_place::rect(&view, at, size);
        let (_, resources) = self.resources.of(page)?;
        let mut survey = occupied::look(self.file, &streams, &resources, &annotations, &[area], None)?;
        whole(page, &survey)?;
        let is_found = survey.found.iter().any(Option::is_some);
        if is_found
            && self.stamp.occupied != Occupied::Ignore
            && self.is_white(page, &view, area, (&streams, &annotations))?
        {
            survey.found.clear();
        }
        self.judge(page, &survey)?;
        Ok(Spot { view, place: free_place::matrix(&view, at), streams, annotations, survey })
    }

    fn judge(&mut self, page: &Page, survey: &Survey) -> Result<()> {
        let (number, occupied) = (page.number, self.stamp.occupied);
        let covered = survey.covered.iter().flatten().next();
        let Some(found) = survey.found.iter().flatten().next() else { return Ok(()) };
        let message = match covered {
            Some(above) => format!("page {number} has {above} where the codes are to be, which lies above them"),
            None => format!("page {number} has {found} where the codes are to be"),
        };
        match occupied {
            Occupied::Refuse if survey.is_stamped => return Err(stamped_already(page)),
            Occupied::Refuse => return Err(Error::new(Kind::PdfPlaceTaken, message)),
            Occupied::Ignore if covered.is_none() => {}
            Occupied::Warn | Occupied::Ignore => {
                self.warnings.push(Warning::new(WarningKind::PlaceTaken, message));
            }
        }
        Ok(())
    }

    pub(super) fn parts(&self, page: &Page) -> Result<(Vec<Stream>, Vec<Object>)> {
        let annotations = few(self.file.items(&page.dict, "Annots")?, page, "annotations")?;
        Ok((self.contents(page)?, annotations))
    }

    /// The streams of a page's content. References that lead nowhere are left out, as the list is written anew.
    ///
    /// # Errors
    /// `pdf_damaged` for anything else, as readers then show nothing of the page; `pdf_limits`.
    fn contents(&self, page: &Page) -> Result<Vec<Stream>> {
        let Some(contents) = page.dict.get("Contents") else { return Ok(Vec::new()) };
        let parts = match self.file.load(contents, 0)? {
            Indirect::Stream(stream) => return Ok(vec![stream]),
            Indirect::Plain(Object::Array(parts)) => few(parts, page, "parts of its content")?,
            Indirect::Plain(_) => return Ok(Vec::new()),
        };
        let mut streams = Vec::with_capacity(parts.len());
        for part in &parts {
            match self.file.load(part, 0)? {
                Indirect::Stream(stream) => streams.push(stream),
                Indirect::Plain(Object::Null) => {}
                Indirect::Plain(_) => {
                    let message = format!("page {}: its content is something else than streams", page.number);
                    return Err(Error::new(Kind::PdfDamaged, message));
                }
            }
        }
        Ok(streams)
    }
}

/// Checks that the content was read to its end. Readers that stop there do not show the codes behind it: that is no matter
/// of what is in their place.
fn whole(page: &Page, survey: &Survey) -> Result<()> {
    let Some(unknown) = &survey.unknown else { return Ok(()) };
    let number = page.number;
    let message = format!("page {number}: readers may stop before they come to the codes: {unknown}");
    Err(Error::new(Kind::PdfDamaged, message))
}

fn few(parts: Vec<Object>, page: &Page, what: &str) -> Result<Vec<Object>> {
    if parts.len() > MOST_PARTS {
        return Err(Error::new(Kind::PdfLimits, format!("page {} has more than {MOST_PARTS} {what}", page.number)));
    }
    Ok(parts)
}
