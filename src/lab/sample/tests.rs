use super::*;

fn sampler(temperature: f64, top_k: usize) -> Sampler {
    Sampler::new(SamplingConfig { temperature, top_k, seed: 4 }, vec![0], 1)
}

#[test]
fn draws_with_the_frequencies_of_the_softmax() {
    let logits = [1.0f32, 0.0, 2.0, f32::NAN, -1.0];
    let mut sampler = sampler(0.5, 0);
    let draws = 40_000;
    let mut counts = [0; 5];
    (0..draws).for_each(|_| counts[sampler.draw(&logits)] += 1);
    let weights = logits.map(|x| if x.is_nan() { 0.0 } else { (f64::from(x) / 0.5).exp() });
    let total: f64 = weights.iter().sum();
    for (count, weight) in counts.iter().zip(weights) {
        let share = weight / total;
        // Five standard deviations.
        let slack = 5.0 * (share * (1.0 - share) / f64::from(draws)).sqrt();
        assert!((f64::from(*count) / f64::from(draws) - share).abs() <= slack, "{counts:?}");
    }
}

#[test]
fn top_k_and_temperature_zero_take_the_likeliest() {
    let logits = [0.1f32, 0.9, 0.5, 0.8];
    assert_eq!(sampler(0.0, 0).draw(&logits), 1);
    let mut two = sampler(1.0, 2);
    assert!((0..200).map(|_| two.draw(&logits)).all(|i| i == 1 || i == 3));
    assert_eq!(sampler(1.0, 0).draw(&[f32::NAN, f32::NAN]), 0);
}

#[test]
fn the_work_left_counts_every_token_that_is_read() {
    for max_positions in [1, 3, 8] {
        for (len, fresh) in (1..12).flat_map(|len| [(len, true), (len, false)]) {
            for tokens in 0..12 {
                let reads = |draw: usize| match len + draw {
                    text if text > max_positions => max_positions,
                    text if draw == 0 && fresh => text,
                    _ => 1,
                };
                let expected: usize = (0..tokens).map(reads).sum();
                assert_eq!(sampling_work(len, fresh, tokens, max_positions), expected as f64, "{max_positions} {len} {fresh} {tokens}");
            }
        }
    }
}
