use super::*;
use crate::kernels::testing::{self, kernel_test};

kernel_test!(
    fn codes_are_the_nearest_levels_and_come_back() {
        for len in [1, 2, 3, 63, 64, 65, 127] {
            let x = testing::random(len, 1);
            let largest = absmax(&x);
            let mut codes = vec![0; len];
            encode(&x, largest, &mut codes);
            let mut packed = vec![0; len.div_ceil(2)];
            pack(&codes, &mut packed);
            // From every code on, of odd and of even number.
            for first in 0..len {
                let mut back = vec![f32::NAN; len - first];
                decode(&packed, first, largest, &mut back);
                for ((x, code), back) in x[first..].iter().zip(&codes[first..]).zip(&back) {
                    let nearest = LEVELS.iter().map(|level| (level * largest - x).abs()).fold(f32::INFINITY, f32::min);
                    assert_eq!(*back, LEVELS[usize::from(*code)] * largest, "{len} from {first}");
                    assert!((back - x).abs() <= nearest + 1e-6, "{x} became {back}");
                }
            }
        }
    }

    fn levels_are_themselves() {
        let mut codes = [0; 16];
        encode(&LEVELS, absmax(&LEVELS), &mut codes);
        assert_eq!(codes.to_vec(), (0..16).collect::<Vec<u8>>());
    }

    fn zeros_stay_zeros_and_what_is_no_number_is_told() {
        let mut codes = [1; 5];
        encode(&[0.0; 5], absmax(&[0.0; 5]), &mut codes);
        assert_eq!(codes, [7; 5]);
        assert!(absmax(&[1.0, f32::NAN, 2.0]).is_nan() && absmax(&[f32::INFINITY]).is_nan());
        assert_eq!((encode_scale(0.0, 1.0), encode_scale(1e-9, 1.0), encode_scale(1.0, 1.0)), (0, 1, 255));
    }
);
