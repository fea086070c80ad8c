//! Bytes that stay outside the engine's memory.

use std::any::Any;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::internal;
use crate::lab::state::{Blob, Bytes};

/// An array of JavaScript's.
struct Outside(Uint8Array);

impl Blob for Outside {
    fn len(&self) -> usize {
        self.0.length() as usize
    }

    fn read(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Moves bytes out of the engine's memory.
pub(super) fn outside(bytes: Vec<u8>) -> Bytes {
    Bytes(Rc::new(Outside(Uint8Array::from(&bytes[..]))))
}

/// Bytes that JavaScript has.
pub(super) fn of_js(value: &JsValue) -> Result<Bytes, JsValue> {
    let bytes: Uint8Array = value.clone().dyn_into().map_err(|_| internal("what a rank held is not a Uint8Array"))?;
    Ok(Bytes(Rc::new(Outside(bytes))))
}

/// The same bytes for JavaScript.
pub(super) fn to_js(bytes: &Bytes) -> JsValue {
    match bytes.0.as_any().downcast_ref::<Outside>() {
        Some(outside) => outside.0.clone().into(),
        None => Uint8Array::from(&bytes.0.read()[..]).into(),
    }
}

/// An array of them.
pub(super) fn array(bytes: &[Bytes]) -> Array {
    bytes.iter().map(to_js).collect()
}
