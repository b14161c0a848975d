use super::raster::WHITE;

/// Eight modules as the pixels of a 1-bit row: eight modules of `n` pixels fill exactly `n` bytes, so that a
/// row of the picture is put together by whole bytes.
pub(super) struct Magnifier {
    module_px: usize,
    pixels: Vec<u8>,
}

impl Magnifier {
    /// Prepares all 256 patterns for modules of `module_px` pixels.
    pub(super) fn new(module_px: u32) -> Self {
        let module_px = module_px as usize;
        // Each pattern is one that came before it and one module more, the highest, whose pixels turn from white to black.
        let mut pixels = vec![WHITE; module_px];
        for module in 0..8 {
            let dark = |byte: usize| {
                let black = |pixel: usize| pixel / module_px == module;
                (8 * byte..8 * byte + 8).fold(0, |bits, pixel| bits << 1 | u8::from(black(pixel)))
            };
            let dark: Vec<u8> = (0..module_px).map(dark).collect();
            let known = pixels.len();
            pixels.extend_from_within(..);
            for more in pixels[known..].chunks_exact_mut(module_px) {
                more.iter_mut().zip(&dark).for_each(|(pixels, dark)| *pixels &= !dark);
            }
        }
        Self { module_px, pixels }
    }

    /// The pixels of eight modules, the lowest bit the leftmost and set if dark. As PNG has it, the highest
    /// bit of a byte is the leftmost pixel, set if it is white.
    pub(super) fn pixels(&self, modules: u8) -> &[u8] {
        let start = usize::from(modules) * self.module_px;
        &self.pixels[start..start + self.module_px]
    }

    /// The pixels of all patterns: the bytes that code rows are made of, as often as they occur in noise.
    pub(super) fn all(&self) -> &[u8] {
        &self.pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow twin asks of each pixel which module it is of.
    #[test]
    fn each_pixel_is_of_its_module() {
        for module_px in 1..=64 {
            let magnifier = Magnifier::new(module_px as u32);
            for modules in 0..=u8::MAX {
                let light = |pixel: usize| modules >> (pixel / module_px) & 1 == 0;
                let byte = |start: usize| (start..start + 8).fold(0, |byte, pixel| byte << 1 | u8::from(light(pixel)));
                let slow: Vec<u8> = (0..8 * module_px).step_by(8).map(byte).collect();
                assert_eq!(magnifier.pixels(modules), slow, "{modules:08b} at {module_px}");
            }
            assert_eq!(magnifier.all().len(), 256 * module_px);
        }
    }

    #[test]
    fn eight_modules_fill_whole_bytes() {
        assert_eq!(Magnifier::new(1).pixels(0b0000_0001), [0b0111_1111]);
        assert_eq!(Magnifier::new(3).pixels(0b1000_0101), [0b0001_1100, 0b0111_1111, 0b1111_1000]);
        assert_eq!(Magnifier::new(8).pixels(0b1000_0001), [0, 255, 255, 255, 255, 255, 255, 0]);
        assert_eq!(Magnifier::new(64).all().len(), 256 * 64);
    }
}
