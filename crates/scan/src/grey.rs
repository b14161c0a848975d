//! PNG and JPEG files to grey levels.

use std::panic::catch_unwind;

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::error::{Error, ErrorKind, Result};

/// In pixels: of either side, and of the whole. Phones take up to 100 megapixels.
const LONGEST_SIDE: u32 = 20_000;
const LARGEST: u64 = 100_000_000;

/// In bytes, for a decoder's buffers.
const MOST_MEMORY: u64 = 1 << 30;

/// The grey levels of a picture, on white where it is transparent.
///
/// # Errors
/// `picture_unreadable`.
pub(crate) fn decode(bytes: &[u8]) -> Result<GrayImage> {
    let unreadable = |why: String| Error::new(ErrorKind::PictureUnreadable, why);
    let Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) = image::guess_format(bytes) else {
        return Err(unreadable("it is neither a PNG nor a JPEG picture".to_owned()));
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let reader = || {
        let mut reader = ImageReader::with_format(std::io::Cursor::new(bytes), format);
        reader.limits(limits.clone());
        reader
    };
    let damaged = |error: image::ImageError| unreadable(format!("the picture cannot be decoded: {error}"));
    let (width, height) = reader().into_dimensions().map_err(damaged)?;
    if u64::from(width) * u64::from(height) > LARGEST || width == 0 || height == 0 {
        return Err(unreadable(format!("the picture has {width} × {height} pixels")));
    }
    Ok(grey(reader().decode().map_err(damaged)?))
}

/// The brightness that a coloured JPEG keeps by itself, without the colours: less than half the work of [`decode`], and next to its
/// levels, which weigh red, green and blue a little otherwise. None for any other picture, for a damaged one, and for one
/// that is so large that decoding it twice would take longer than the largest takes.
pub(crate) fn brightness(bytes: &[u8]) -> Option<GrayImage> {
    if !matches!(image::guess_format(bytes), Ok(ImageFormat::Jpeg)) {
        return None;
    }
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_strict_mode(false)
        .set_max_width(LONGEST_SIDE as usize)
        .set_max_height(LONGEST_SIDE as usize);
    // A slip in somebody else's code on a stranger's file is a picture that is decoded as all others are.
    let decoded = catch_unwind(|| {
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers().ok()?;
        let (width, height) = decoder.dimensions()?;
        let is_small = width as u64 * height as u64 <= LARGEST / 2;
        if !is_small || decoder.input_colorspace() != Some(ColorSpace::YCbCr) {
            return None;
        }
        GrayImage::from_raw(width as u32, height as u32, decoder.decode().ok()?)
    });
    decoded.ok().flatten()
}

fn grey(picture: DynamicImage) -> GrayImage {
    if let DynamicImage::ImageRgb8(picture) = &picture {
        let levels = picture.as_raw().as_chunks().0.iter().copied().map(level).collect();
        return GrayImage::from_raw(picture.width(), picture.height(), levels).unwrap_or_default();
    }
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let picture = picture.into_luma_alpha8();
    let mut grey = GrayImage::new(picture.width(), picture.height());
    for (from, to) in picture.pixels().zip(grey.pixels_mut()) {
        let [level, alpha] = from.0.map(u32::from);
        to.0 = [((level * alpha + 255 * (255 - alpha)) / 255) as u8];
    }
    grey
}

/// What `image` makes of a colour, in whole numbers: it takes floating ones, and several times as long.
fn level([red, green, blue]: [u8; 3]) -> u8 {
    let [red, green, blue] = [red, green, blue].map(u32::from);
    ((13_933 * red + 46_871 * green + 4_732 * blue + (1 << 15)) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    #[test]
    fn levels_are_those_of_the_library_or_next_to_them() {
        let every = |n: u32| (n * 5).min(255) as u8;
        let colours = RgbImage::from_fn(52 * 52, 52, |x, y| image::Rgb([every(x % 52), every(x / 52), every(y)]));
        let theirs = DynamicImage::from(colours.clone()).to_luma8();
        let ours = grey(colours.into());
        let apart = |(ours, theirs): (&u8, &u8)| ours.abs_diff(*theirs);
        let differences = ours.iter().zip(theirs.iter()).map(apart).collect::<Vec<_>>();
        assert!(differences.iter().all(|&difference| difference <= 1));
        let all = differences.len();
        assert!(differences.into_iter().map(usize::from).sum::<usize>() < all / 100);
    }

    #[test]
    fn brightness_is_next_to_the_levels() {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/verify/phone.jpg")).unwrap();
        let (grey, brightness) = (decode(&bytes).unwrap(), brightness(&bytes).unwrap());
        assert_eq!(grey.dimensions(), brightness.dimensions());
        assert!(grey.iter().zip(brightness.iter()).all(|(level, other)| level.abs_diff(*other) < 8));
    }

    /// As in `bombs_are_not_unpacked`, of the other format.
    #[test]
    fn large_jpegs_are_not_decoded_twice() {
        let mut bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/verify/phone.jpg")).unwrap();
        let frame = bytes.windows(4).position(|four| four == [0xFF, 0xC0, 0x00, 0x11]).unwrap();
        for (height, width) in [(7100_u16, 7100_u16), (20_001, 16), (u16::MAX, u16::MAX)] {
            bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
            bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
            assert!(brightness(&bytes).is_none(), "{width} × {height}");
        }
        assert_eq!(decode(&bytes).unwrap_err().code(), "picture_unreadable");
    }
}
