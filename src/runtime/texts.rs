//! Configurations as their callers sent them. Each claim brings one, and it is
//! mostly one of the last few.

use std::cell::RefCell;
use std::rc::Rc;

use crate::pool::{Config, PoolError};
use crate::wire;

/// Texts whose configuration is remembered: those of the versions of a Worker
/// that live at once, and of another that uses the pool.
const TEXTS_MAX: usize = 4;

/// What was read of the last texts.
#[derive(Default)]
pub(super) struct ConfigTexts {
    /// The binding that is in force, which those mean that name none.
    binding: RefCell<Option<String>>,
    /// The one last used is last.
    read: RefCell<Vec<(String, Rc<Config>)>>,
}

impl ConfigTexts {
    /// The configuration that `text` says, with `binding` if it names none.
    ///
    /// # Errors
    /// [`PoolError::InvalidConfig`], each time anew.
    pub(super) fn config(&self, text: String, binding: Option<String>) -> Result<Rc<Config>, PoolError> {
        let mut read = self.read.borrow_mut();
        if *self.binding.borrow() != binding {
            read.clear();
            self.binding.borrow_mut().clone_from(&binding);
        }
        if let Some(at) = read.iter().position(|(known, _)| *known == text) {
            let config = Rc::clone(&read[at].1);
            read[at..].rotate_left(1);
            return Ok(config);
        }
        let mut config = wire::config_from_json(&text)?;
        if config.container_binding.is_none() {
            config.container_binding = binding;
        }
        let config = Rc::new(config);
        if read.len() == TEXTS_MAX {
            read.remove(0);
        }
        read.push((text, Rc::clone(&config)));
        Ok(config)
    }
}
