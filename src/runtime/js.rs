//! The platform's JavaScript, as types. Nothing here decides anything.

use js_sys::{Array, JsString, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `ctx` of a Durable Object.
    pub type ObjectState;
    #[wasm_bindgen(method, getter)]
    pub fn storage(this: &ObjectState) -> ObjectStorage;
    #[wasm_bindgen(method)]
    pub fn abort(this: &ObjectState, reason: &str);

    /// `ctx.storage`.
    pub type ObjectStorage;
    #[wasm_bindgen(method, getter)]
    pub fn sql(this: &ObjectStorage) -> SqlStorage;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    pub fn transaction_sync(
        this: &ObjectStorage,
        work: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    pub fn set_alarm(this: &ObjectStorage, at_ms: f64) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteAlarm)]
    pub fn delete_alarm(this: &ObjectStorage) -> Result<Promise, JsValue>;

    /// `ctx.storage.sql`.
    pub type SqlStorage;
    #[wasm_bindgen(method, catch, variadic)]
    pub fn exec(this: &SqlStorage, query: &JsString, params: &Array) -> Result<SqlCursor, JsValue>;

    /// What `exec` returns.
    pub type SqlCursor;
    #[wasm_bindgen(method, catch)]
    pub fn raw(this: &SqlCursor) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, js_name = rowsWritten)]
    pub fn rows_written(this: &SqlCursor) -> f64;

    /// A Durable Object namespace.
    #[derive(Clone)]
    pub type Namespace;
    #[wasm_bindgen(method, catch, js_name = idFromName)]
    pub fn id_from_name(this: &Namespace, name: &str) -> Result<ObjectId, JsValue>;
    #[wasm_bindgen(method, catch, js_name = get)]
    pub fn stub(this: &Namespace, id: &ObjectId, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn jurisdiction(this: &Namespace, name: &str) -> Result<Namespace, JsValue>;

    /// A Durable Object's id.
    pub type ObjectId;
    #[wasm_bindgen(method, catch, js_name = toString)]
    pub fn text(this: &ObjectId) -> Result<JsValue, JsValue>;

    /// A stub of a container class.
    #[derive(Clone)]
    pub type ContainerStub;
    #[wasm_bindgen(method, catch, js_name = startAndWaitForPorts)]
    pub fn start(this: &ContainerStub, ports: &JsValue, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getState)]
    pub fn state(this: &ContainerStub) -> Result<JsValue, JsValue>;
    /// A class that went through `pooled` also answers the question; others
    /// pass it over.
    #[wasm_bindgen(method, catch, js_name = getState)]
    pub fn state_for(this: &ContainerStub, ask: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = renewActivityTimeout)]
    pub fn renew(this: &ContainerStub) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = resetForPool)]
    pub fn reset(this: &ContainerStub, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn stop(this: &ContainerStub) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn destroy(this: &ContainerStub) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn fetch(this: &ContainerStub, request: &web_sys::Request) -> Result<JsValue, JsValue>;

    /// A stub of the pool class.
    pub type PoolStub;
    #[wasm_bindgen(method, catch)]
    pub fn claim(
        this: &PoolStub,
        session: &str,
        config: &JsValue,
        ticket: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = statsText)]
    pub fn stats_text(this: &PoolStub) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = primeText)]
    pub fn prime_text(this: &PoolStub, config: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = callText)]
    pub fn call_text(this: &PoolStub, call: &str, argument: &JsValue) -> Result<JsValue, JsValue>;

    /// A KV namespace.
    #[derive(Clone)]
    pub type Kv;
    #[wasm_bindgen(method, catch, js_name = get)]
    pub fn read(this: &Kv, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = put)]
    pub fn write(this: &Kv, key: &str, value: &str, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn delete(this: &Kv, key: &str) -> Result<JsValue, JsValue>;

    /// A dataset of Workers Analytics Engine.
    pub type Dataset;
    #[wasm_bindgen(method, catch, js_name = writeDataPoint)]
    pub fn write(this: &Dataset, point: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = info)]
    pub fn console_info(line: &str);
    #[wasm_bindgen(js_namespace = console, js_name = debug)]
    pub fn console_debug(line: &str);

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub fn console_error(text: &str);
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    pub fn console_warn(text: &str);

    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(callback: &JsValue, delay_ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(handle: &JsValue);
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// A property of any value; undefined where there is none.
pub fn property(value: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// An object with these properties.
pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let entries: Array =
        properties.iter().map(|(name, value)| Array::of2(&JsValue::from_str(name), value)).collect();
    js_sys::Object::from_entries(&entries).map_or(JsValue::UNDEFINED, JsValue::from)
}
