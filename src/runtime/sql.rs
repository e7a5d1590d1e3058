//! The store's port on the platform's SQLite.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, JsString};
use wasm_bindgen::{JsCast, JsValue};

use super::call::message_of;
use super::js::{ObjectStorage, SqlStorage};
use crate::store::{Rows, Sql, Statement, StoreError, Value};

/// `ctx.storage`, whose writes of one synchronous stretch land together, and
/// are undone together when one of them fails.
pub struct ObjectSql {
    storage: ObjectStorage,
    sql: SqlStorage,
    /// The statements there are, as JavaScript's strings.
    texts: RefCell<BTreeMap<*const u8, JsString>>,
}

impl ObjectSql {
    /// The object's database.
    pub fn new(storage: ObjectStorage) -> Self {
        let sql = storage.sql();
        Self { storage, sql, texts: RefCell::default() }
    }

    fn run_one(&self, statement: &Statement) -> Result<Rows, JsValue> {
        let params: Array = statement.params.iter().map(to_js).collect();
        let cursor = self.sql.exec(&self.text(statement.sql), &params)?;
        if !reads(statement.sql) {
            return Ok(Rows::new());
        }
        Ok(Array::from(&cursor.raw()?).iter().map(|row| from_row(&row)).collect())
    }

    /// Each text is `'static`, so where it lies is which it is.
    fn text(&self, sql: &'static str) -> JsString {
        self.texts.borrow_mut().entry(sql.as_ptr()).or_insert_with(|| sql.into()).clone()
    }
}

impl Sql for ObjectSql {
    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        let failed = |error: JsValue| StoreError::new(&message_of(&error));
        // One by itself is done or not.
        if let [statement] = statements {
            return Ok(vec![self.run_one(statement).map_err(failed)?]);
        }
        let mut answers = Vec::with_capacity(statements.len());
        let mut work = || {
            for statement in statements {
                answers.push(self.run_one(statement)?);
            }
            Ok(JsValue::UNDEFINED)
        };
        self.storage.transaction_sync(&mut work).map_err(failed)?;
        Ok(answers)
    }
}

/// Whether the statement answers with rows.
fn reads(sql: &str) -> bool {
    sql.trim_start().starts_with("SELECT")
}

fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(number) => JsValue::from_f64(*number as f64),
        Value::Text(text) => JsValue::from_str(text),
    }
}

fn from_row(row: &JsValue) -> Vec<Value> {
    row.unchecked_ref::<Array>().iter().map(|value| from_js(&value)).collect()
}

/// The schema is STRICT and holds integers and text only.
fn from_js(value: &JsValue) -> Value {
    if let Some(number) = value.as_f64() {
        Value::Integer(number as i64)
    } else {
        value.as_string().map_or(Value::Null, Value::Text)
    }
}
