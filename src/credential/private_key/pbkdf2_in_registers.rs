//! The rounds of PBKDF2 by the processor's own instructions for SHA-256, without leaving its registers.
//!
//! What a round hashes is what the last one gave: read as words it needs no turning of bytes, and no way by memory. The instructions
//! are known to be there where AVX-512 is as in Ice Lake, which is what `fearless_simd` asks for.

use std::arch::x86_64::{
    _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_extract_epi32, _mm_setr_epi32, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32, _mm_xor_si128, _mm256_zeroupper,
};

use zeroize::Zeroizing;

/// The constants of SHA-256 (FIPS 180-4, section 4.2.2), four a step.
const CONSTANTS: [[u32; 4]; 16] = [
    [0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5],
    [0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5],
    [0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3],
    [0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174],
    [0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC],
    [0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA],
    [0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7],
    [0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967],
    [0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13],
    [0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85],
    [0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3],
    [0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070],
    [0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5],
    [0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3],
    [0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208],
    [0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2],
];

fearless_simd::kernel!(
    /// The rounds after the first, whose digest is given, and whose two hashes begin with these states. Everything between is in
    /// registers, so there is nothing to be wiped.
    pub(super) fn rounds_in_registers(
        _avx512: Avx512,
        after_pads: &[Zeroizing<[u32; 8]>; 2],
        first: &[u8; 32],
        rounds: u32,
    ) -> Zeroizing<[u8; 32]> {
        let four = |words: [u32; 4]| {
            let [a, b, c, d] = words.map(u32::cast_signed);
            _mm_setr_epi32(a, b, c, d)
        };
        // As the instructions have them: a, b, e, f in one register and c, d, g, h in another, the last first.
        let after_pads = after_pads.each_ref().map(|state| {
            let [a, b, c, d, e, f, g, h] = **state;
            [four([f, e, b, a]), four([h, g, d, c])]
        });
        let word = |at: usize| u32::from_be_bytes([first[at], first[at + 1], first[at + 2], first[at + 3]]);
        let mut digest = [four([word(0), word(4), word(8), word(12)]), four([word(16), word(20), word(24), word(28)])];
        let mut derived = digest;
        // Behind a register whose upper half is in use, each of these instructions takes a hundred times as long.
        _mm256_zeroupper();
        for _ in 1..rounds {
            for after_pad in after_pads {
                let [mut abef, mut cdgh] = after_pad;
                // A digest behind a pad of 64 bytes, and what ends a text of 96.
                let mut words = [digest[0], digest[1], four([1 << 31, 0, 0, 0]), four([0, 0, 0, 8 * 96])];
                // Written out: steps that find their words by a number go by memory, and by wider registers.
                macro_rules! step {
                    ($step:literal) => {
                        let sums = _mm_add_epi32(words[$step % 4], four(CONSTANTS[$step]));
                        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sums);
                        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32::<0x0E>(sums));
                    };
                }
                macro_rules! new_words_and_step {
                    ($($step:literal)*) => {
                        $(
                            let [w0, w1, w2, w3] =
                                [words[$step % 4], words[($step + 1) % 4], words[($step + 2) % 4], words[($step + 3) % 4]];
                            let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8::<4>(w3, w2));
                            words[$step % 4] = _mm_sha256msg2_epu32(sum, w3);
                            step!($step);
                        )*
                    };
                }
                step!(0);
                step!(1);
                step!(2);
                step!(3);
                new_words_and_step!(4 5 6 7 8 9 10 11 12 13 14 15);
                let feba = _mm_shuffle_epi32::<0x1B>(_mm_add_epi32(abef, after_pad[0]));
                let dchg = _mm_shuffle_epi32::<0xB1>(_mm_add_epi32(cdgh, after_pad[1]));
                digest = [_mm_blend_epi16::<0xF0>(feba, dchg), _mm_alignr_epi8::<8>(dchg, feba)];
            }
            derived = [_mm_xor_si128(derived[0], digest[0]), _mm_xor_si128(derived[1], digest[1])];
        }
        let [low, high] = derived;
        let words = Zeroizing::new([
            _mm_extract_epi32::<0>(low),
            _mm_extract_epi32::<1>(low),
            _mm_extract_epi32::<2>(low),
            _mm_extract_epi32::<3>(low),
            _mm_extract_epi32::<0>(high),
            _mm_extract_epi32::<1>(high),
            _mm_extract_epi32::<2>(high),
            _mm_extract_epi32::<3>(high),
        ]);
        let mut bytes = Zeroizing::new([0; 32]);
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(*words) {
            *bytes = word.to_be_bytes();
        }
        bytes
    }
);
