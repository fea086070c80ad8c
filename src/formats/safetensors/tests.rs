use proptest::prelude::*;

use super::*;

/// A file by hand: the header as given, then `data`.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

fn sample(dtype: SaveDtype) -> Vec<u8> {
    let weight = TensorSource { name: "b.weight", shape: &[2, 3], data: &[0.5, -1.0, 2.0, 0.0, 1e-3, 65504.0] };
    let scalar = TensorSource { name: "a.scale", shape: &[], data: &[3.25] };
    let empty = TensorSource { name: "c.empty", shape: &[0, 4], data: &[] };
    write(&[weight, scalar, empty], dtype, &hf_metadata())
}

fn message(bytes: &[u8]) -> String {
    read(bytes).expect_err("the file is broken").to_string()
}

#[test]
fn what_is_written_is_read() {
    let bytes = sample(SaveDtype::F32);
    let read = read(&bytes).unwrap();
    assert_eq!(read.metadata, hf_metadata());
    assert_eq!(read.tensors.keys().collect::<Vec<_>>(), ["a.scale", "b.weight", "c.empty"]);
    let weight = read.tensor_of_shape("b.weight", &[2, 3]).unwrap();
    assert_eq!(weight.to_f32().unwrap(), [0.5, -1.0, 2.0, 0.0, 1e-3, 65504.0]);
    assert_eq!(read.tensor("a.scale").unwrap().to_f32().unwrap(), [3.25]);
    assert!(read.tensor("c.empty").unwrap().is_empty());
}

#[test]
fn the_order_of_the_tensors_does_not_change_the_bytes() {
    let a = TensorSource { name: "a", shape: &[1], data: &[1.0] };
    let b = TensorSource { name: "b", shape: &[2], data: &[2.0, 3.0] };
    let metadata = BTreeMap::new();
    assert_eq!(write(&[a, b], SaveDtype::F32, &metadata), write(&[b, a], SaveDtype::F32, &metadata));
}

#[test]
fn half_precision_is_rounded_to_nearest() {
    let bytes = sample(SaveDtype::F16);
    let read = read(&bytes).unwrap();
    let weight = read.tensor("b.weight").unwrap();
    assert_eq!(weight.dtype, Dtype::F16);
    // 1e-3 has no float16; its nearest neighbour is 1049 * 2^-20.
    let want = [0.5, -1.0, 2.0, 0.0, 1049.0 / 1_048_576.0, 65504.0];
    assert_eq!(weight.to_f32().unwrap(), want);
    let mut out = [0.0; 6];
    weight.copy_to_f32(&mut out).unwrap();
    assert_eq!(out, want);
    let error = weight.copy_to_f32(&mut [0.0; 5]).unwrap_err().to_string();
    assert!(error.contains("[2, 3]") && error.contains("[5]"), "{error}");
}

#[test]
fn bfloat16_and_integers_are_widened() {
    let bytes = file(r#"{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, &[0x80, 0x3f, 0x40, 0xc0]);
    let read_back = read(&bytes).unwrap();
    let x = read_back.tensor("x").unwrap();
    assert_eq!(x.to_f32().unwrap(), [1.0, -3.0]);
    assert!(x.to_i64().unwrap_err().to_string().contains("accepted: I64"));

    let bytes = file(r#"{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, &(-100i64).to_le_bytes());
    let read_back = read(&bytes).unwrap();
    let ids = read_back.tensor("ids").unwrap();
    assert_eq!(ids.to_i64().unwrap(), [-100]);
    assert!(ids.to_f32().unwrap_err().to_string().contains("dtype `I64` cannot be read here; accepted: F32"));
}

#[test]
fn a_broken_file_is_named() {
    let entry = |dtype: &str, shape: &str, begin: u64, end: u64| {
        format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{end}]}}}}"#)
    };
    let cases: [(&str, Vec<u8>, &[&str]); 11] = [
        ("too short", vec![1, 2, 3], &["not a safetensors file", "3 bytes"]),
        ("header beyond the file", [&100u64.to_le_bytes()[..], b"{}"].concat(), &["cut off", "100 bytes", "only 2 bytes follow"]),
        ("a text", b"hello, reader".to_vec(), &["this is not a safetensors file", "begins with {", "5 bytes follow"]),
        ("not JSON", file("{oops", &[]), &["header", "line 1"]),
        ("a mark before it", file("\u{feff}{}", &[]), &["not a safetensors file", "begins with {"]),
        ("wrong form", file(r#"{"x":{"dtype":"F32"}}"#, &[]), &["`x`", "shape: it is missing"]),
        ("unknown dtype", file(&entry("Q4", "[1]", 0, 4), &[0; 4]), &["`x`", "`Q4`", "F32"]),
        ("gap", file(&entry("F32", "[1]", 4, 8), &[0; 8]), &["`x`", "bytes 4 to 8", "begin at 0"]),
        ("size", file(&entry("F32", "[2]", 0, 4), &[0; 4]), &["`x`", "[2]", "4 bytes"]),
        ("overflow", file(&entry("F32", "[4294967296,4294967296]", 0, 4), &[0; 4]), &["`x`", "4294967296"]),
        ("cut off", file(&entry("F32", "[2]", 0, 8), &[0; 7]), &["take 8 bytes", "holds 7 bytes"]),
    ];
    for (name, bytes, parts) in cases {
        let message = message(&bytes);
        for part in parts {
            assert!(message.contains(part), "{name}: {message}");
        }
    }
}

#[test]
fn offsets_that_would_overflow_are_an_error() {
    let huge = 1u64 << 61;
    let tensors = (0..7).map(|i| {
        let (begin, end) = (i * huge, (i + 1) * huge);
        format!(r#""t{i}":{{"dtype":"U8","shape":[{huge}],"data_offsets":[{begin},{end}]}}"#)
    });
    let bytes = file(&format!("{{{}}}", tensors.collect::<Vec<_>>().join(",")), &[]);
    assert!(read(&bytes).is_err());
}

#[test]
fn a_missing_tensor_and_a_wrong_shape_are_named() {
    let bytes = sample(SaveDtype::F32);
    let read = read(&bytes).unwrap();
    let missing = read.tensor("lm_head.weight").unwrap_err().to_string();
    assert!(missing.contains("`lm_head.weight` is missing") && missing.contains("3 tensors"), "{missing}");
    let wrong = read.tensor_of_shape("b.weight", &[3, 2]).unwrap_err().to_string();
    assert!(wrong.contains("[2, 3], expected [3, 2]"), "{wrong}");
}

/// Reads the bytes and, if that works, every tensor in every way.
fn read_everything(bytes: &[u8]) {
    if let Ok(file) = read(bytes) {
        for tensor in file.tensors.values() {
            let _ = (tensor.to_f32(), tensor.to_i64());
        }
    }
}

proptest! {
    #[test]
    fn a_truncated_file_is_an_error(cut in any::<prop::sample::Index>()) {
        let bytes = sample(SaveDtype::F32);
        prop_assert!(read(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn flipped_bits_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 1..6)) {
        let mut bytes = sample(SaveDtype::F16);
        for (index, bit) in flips {
            let index = index.index(bytes.len());
            bytes[index] ^= 1 << bit;
        }
        read_everything(&bytes);
    }

    #[test]
    fn any_header_never_panics(header in "[\\{\\}\\[\\],:\"a-zF0-9_ ]{0,80}", data in prop::collection::vec(any::<u8>(), 0..16)) {
        read_everything(&file(&header, &data));
    }

    #[test]
    fn any_tensor_round_trips(data in prop::collection::vec(any::<f32>(), 0..40)) {
        let bytes = write(&[TensorSource { name: "x", shape: &[data.len()], data: &data }], SaveDtype::F32, &BTreeMap::new());
        let back = read(&bytes).unwrap().tensor("x").unwrap().to_f32().unwrap();
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&back), bits(&data));
    }
}

#[test]
fn a_tensor_that_stands_twice_in_the_header_is_named() {
    let entry = |begin: usize| format!(r#""model.norm.weight":{{"dtype":"F32","shape":[1],"data_offsets":[{begin},{}]}}"#, begin + 4);
    let text = message(&file(&format!("{{{},{}}}", entry(0), entry(4)), &[0; 8]));
    assert!(text.contains("the key model.norm.weight stands twice") && text.contains("[0,4]") && text.contains("[4,8]"), "{text}");
    let inner = r#"{"x":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}"#;
    assert!(message(&file(inner, &[0; 4])).contains("the key x.dtype stands twice"));
    let metadata = r#"{"__metadata__":{"format":"pt","format":"np"}}"#;
    assert!(message(&file(metadata, &[])).contains("the key __metadata__.format stands twice"));
}

#[test]
fn values_that_are_not_finite_are_counted_and_the_first_is_told_with_its_index() {
    let message = |values: &[f32; 6], shape: &[usize], dtype| {
        let bytes = write(&[TensorSource { name: "model.layers.0.input_layernorm.weight", shape, data: values }], dtype, &BTreeMap::new());
        let read = read(&bytes).unwrap();
        read.tensor("model.layers.0.input_layernorm.weight").unwrap().check_finite().map_err(|error| error.to_string())
    };
    let finite = [0.0, -1.0, 1.0, 2.0, 65504.0, 1e-6];
    for dtype in [SaveDtype::F32, SaveDtype::F16, SaveDtype::BF16] {
        assert_eq!(message(&finite, &[2, 3], dtype), Ok(()));
        let text = message(&[0.0, 1.0, 2.0, 3.0, f32::NEG_INFINITY, f32::NAN], &[2, 3], dtype).unwrap_err();
        assert!(text.starts_with("tensor `model.layers.0.input_layernorm.weight` has 2 of 6 values"), "{text}");
        assert!(text.contains("the first at index [1, 1]: -inf;"), "{text}");
    }
    // A float16 file of numbers beyond its range.
    let text = message(&[1.0, 1e6, 0.0, 0.0, 0.0, f32::NAN], &[6], SaveDtype::F16).unwrap_err();
    assert!(text.contains("has 2 of 6 values that are not finite, the first at index [1]: inf"), "{text}");
    assert!(message(&[f32::NAN; 6], &[1, 6, 1], SaveDtype::BF16).unwrap_err().contains("index [0, 0, 0]: NaN"));
}

#[test]
fn tensors_of_two_element_types_are_compared_by_value() {
    let values: Vec<f32> = (0..600).map(|i| i as f32 / 8.0).collect();
    let written = |data: &[f32], shape: &[usize], dtype| write(&[TensorSource { name: "x", shape, data }], dtype, &BTreeMap::new());
    let [single, half, other_shape] = [
        written(&values, &[20, 30], SaveDtype::F32),
        written(&values, &[20, 30], SaveDtype::F16),
        written(&values, &[30, 20], SaveDtype::F32),
    ];
    let mut changed = values.clone();
    changed[599] = 80.0;
    let changed = written(&changed, &[20, 30], SaveDtype::F32);
    let equal = |a: &[u8], b: &[u8]| read(a).unwrap().tensors["x"].equals(&read(b).unwrap().tensors["x"]).unwrap();
    assert!(equal(&single, &single) && equal(&single, &half) && equal(&half, &single));
    assert!(!equal(&single, &other_shape) && !equal(&single, &changed) && !equal(&half, &changed));
}
