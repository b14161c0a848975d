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
        let mut pixels = Vec::with_capacity(256 * module_px);
        for modules in 0..=u8::MAX {
            let light = |pixel: usize| modules >> (pixel / module_px) & 1 == 0;
            let byte = |start: usize| (start..start + 8).fold(0, |byte, pixel| byte << 1 | u8::from(light(pixel)));
            pixels.extend((0..8 * module_px).step_by(8).map(byte));
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

    #[test]
    fn eight_modules_fill_whole_bytes() {
        assert_eq!(Magnifier::new(1).pixels(0b0000_0001), [0b0111_1111]);
        assert_eq!(Magnifier::new(3).pixels(0b1000_0101), [0b0001_1100, 0b0111_1111, 0b1111_1000]);
        assert_eq!(Magnifier::new(8).pixels(0b1000_0001), [0, 255, 255, 255, 255, 255, 255, 0]);
        assert_eq!(Magnifier::new(64).all().len(), 256 * 64);
    }
}
