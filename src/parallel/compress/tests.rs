use super::*;
use proptest::prelude::*;

const ALL: [Compression; 5] =
    [Compression::None, Compression::Float16, Compression::Int8, Compression::TopK { keep: 0.1 }, Compression::TopK { keep: 1.0 }];

fn decoded(compression: Compression, bytes: &[u8], len: usize) -> Vec<f32> {
    let mut x = vec![0.0; len];
    compression.decode_add(bytes, &mut x).unwrap();
    x
}

/// The largest error that an encoding may make of an element among `x`.
fn bound(compression: Compression, x: &[f32]) -> f32 {
    let max = x.iter().fold(0.0f32, |max, x| max.max(x.abs()));
    match compression {
        Compression::None | Compression::TopK { keep: 1.0 } => 0.0,
        // Half of a unit in the last of 11 bits, or of the smallest number.
        Compression::Float16 => (max / 2048.0).max(3.1e-8),
        Compression::Int8 => max / 127.0 * 0.501,
        Compression::TopK { .. } => max,
    }
}

proptest! {
    #[test]
    fn what_is_sent_and_what_is_lost_add_up_to_the_gradients(steps in prop::collection::vec(prop::collection::vec(-100.0f32..100.0, 600), 1..4), len in 0usize..600) {
        for compression in ALL {
            let mut feedback = ErrorFeedback::default();
            let (mut sent, mut total) = (vec![0.0f64; len], vec![0.0f64; len]);
            for step in &steps {
                let mut x = step[..len].to_vec();
                total.iter_mut().zip(&x).for_each(|(total, x)| *total += f64::from(*x));
                let bytes = feedback.encode(compression, &mut x).unwrap();
                prop_assert_eq!(bytes.len(), compression.encoded_len(len));
                let decoded = decoded(compression, &bytes, len);
                let bound = bound(compression, &x);
                prop_assert!(decoded.iter().zip(&x).all(|(decoded, x)| (decoded - x).abs() <= bound), "{compression:?}");
                sent.iter_mut().zip(&decoded).for_each(|(sent, x)| *sent += f64::from(*x));
            }
            for ((sent, total), lost) in sent.iter().zip(&total).zip(&feedback.lost) {
                prop_assert!((sent + f64::from(*lost) - total).abs() < 1e-3, "{compression:?}");
            }
        }
    }
}

#[test]
fn top_k_sends_the_largest() {
    let compression = Compression::TopK { keep: 0.4 };
    let bytes = compression.encode(&[0.1, -5.0, 0.3, 4.0, -0.2]);
    assert_eq!(decoded(compression, &bytes, 5), [0.0, -5.0, 0.0, 4.0, 0.0]);
}

#[test]
fn what_rounds_to_nothing_arrives_in_the_end() {
    for compression in [Compression::Int8, Compression::TopK { keep: 0.5 }] {
        let mut feedback = ErrorFeedback::default();
        let mut sum = 0.0;
        for _ in 0..3000 {
            let bytes = feedback.encode(compression, &mut [1.0, 0.001]).unwrap();
            sum += decoded(compression, &bytes, 2)[1];
        }
        assert!((sum - 3.0).abs() <= 1.01, "{compression:?}: {sum} of 3");
    }
}

#[test]
fn large_gradients_stay_finite() {
    for compression in ALL {
        let bytes = compression.encode(&[1e30, -1e30, 0.0]);
        assert!(decoded(compression, &bytes, 3).iter().all(|x| x.is_finite()), "{compression:?}");
    }
}

#[test]
fn bytes_of_another_length_are_an_error() {
    for compression in ALL {
        let mut bytes = compression.encode(&[1.0; 300]);
        assert!(compression.decode_add(&bytes, &mut [0.0; 280]).is_err());
        bytes.pop();
        assert!(compression.decode_add(&bytes, &mut [0.0; 300]).is_err());
    }
    let far = [[9u8, 0, 0, 0], 1.0f32.to_le_bytes()].concat();
    let message = Compression::TopK { keep: 0.5 }.decode_add(&far, &mut [0.0; 2]).unwrap_err().to_string();
    assert!(message.contains("8 bytes are no top_k encoding of 2"), "{message}");
}
