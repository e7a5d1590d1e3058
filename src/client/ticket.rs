//! A claim under way, whose caller may go away: its future is dropped then.

use std::rc::Rc;

use uuid::Uuid;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use crate::runtime::client::{Ask, Client};

/// What the pool knows a waiting caller by. Dropped before it is answered, it
/// takes the caller out of the queue.
pub struct Ticket {
    client: Rc<Client>,
    text: JsValue,
    waits: bool,
}

impl Ticket {
    /// A ticket for one claim.
    pub fn new(client: &Rc<Client>) -> Self {
        Self { client: Rc::clone(client), text: Uuid::new_v4().to_string().into(), waits: true }
    }

    /// What the claim is made with.
    pub fn text(&self) -> &JsValue {
        &self.text
    }

    /// The claim has ended.
    pub fn answered(mut self) {
        self.waits = false;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.waits {
            return;
        }
        let (client, ticket) = (Rc::clone(&self.client), self.text.clone());
        let left = future_to_promise(async move {
            if let Err(error) = client.ask(&[Ask::Call("leave", ticket)]).await {
                worker::console_warn!("warm pool: the pool was not told that a caller left: {error}");
            }
            Ok(JsValue::UNDEFINED)
        });
        if self.client.keep_alive.call1(&JsValue::UNDEFINED, &left).is_err() {
            worker::console_warn!("warm pool: the pool may not be told that a caller left");
        }
    }
}
