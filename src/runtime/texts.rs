//! Configurations as their callers sent them. Each claim brings one, and it is
//! mostly one of the last few.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::given::type_of;
use crate::pool::{Config, PoolError};
use crate::wire;

/// Texts whose configuration is remembered: those of the versions of a Worker
/// that live at once, and of another that uses the pool.
const TEXTS_MAX: usize = 4;

/// What was read of the last texts.
#[derive(Default)]
pub(super) struct ConfigTexts {
    /// The configuration in force then: those that name no binding mean its.
    in_force: RefCell<Option<Rc<Config>>>,
    /// The one last used is last.
    read: RefCell<Vec<(JsValue, Rc<Config>)>>,
}

impl ConfigTexts {
    /// The configuration that `text` says, if it was read while that was in
    /// force, and named the binding that those mean who name none.
    pub(super) fn known(&self, text: &JsValue, in_force: &Rc<Config>) -> Option<Rc<Config>> {
        if in_force.container_binding.is_none() || !self.is_of(in_force) {
            return None;
        }
        let mut read = self.read.borrow_mut();
        // JavaScript compares them where they are.
        let at = read.iter().position(|(known, _)| known == text)?;
        read[at..].rotate_left(1);
        read.last().map(|(_, config)| Rc::clone(config))
    }

    fn is_of(&self, in_force: &Rc<Config>) -> bool {
        self.in_force.borrow().as_ref().is_some_and(|known| Rc::ptr_eq(known, in_force))
    }

    /// Reads what `text` says, with `binding` if it names none.
    ///
    /// # Errors
    /// [`PoolError::InvalidConfig`], each time anew.
    pub(super) fn read(
        &self,
        text: &JsValue,
        in_force: Rc<Config>,
        binding: Option<String>,
    ) -> Result<Rc<Config>, PoolError> {
        let given = text.as_string().ok_or_else(|| PoolError::InvalidConfig {
            option: "config".to_owned(),
            value: format!("a value of type {}", type_of(text)),
            bounds: "JSON text".to_owned(),
        })?;
        let mut config = wire::config_from_json(&given)?;
        if config.container_binding.is_none() {
            config.container_binding = binding;
        }
        let config = if config == *in_force { Rc::clone(&in_force) } else { Rc::new(config) };
        let mut read = self.read.borrow_mut();
        if !self.is_of(&in_force) {
            read.clear();
            *self.in_force.borrow_mut() = Some(in_force);
        }
        if read.len() == TEXTS_MAX {
            read.remove(0);
        }
        read.push((text.clone(), Rc::clone(&config)));
        Ok(config)
    }
}
