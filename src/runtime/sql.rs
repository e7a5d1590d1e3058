//! The store's port on the platform's SQLite.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, JSON, JsString};
use wasm_bindgen::{JsCast, JsValue};

use super::call::message_of;
use super::js::{ObjectStorage, SqlStorage};
use crate::store::{Rows, Sql, Statement, StoreError, Value};
use crate::wire::{Param, params_to_json};

/// `ctx.storage`, whose writes of one synchronous stretch land together, and
/// are undone together when one of them fails.
pub struct ObjectSql {
    storage: ObjectStorage,
    sql: SqlStorage,
    /// The statements run so far, as JavaScript strings.
    texts: RefCell<BTreeMap<&'static str, JsString>>,
}

impl ObjectSql {
    /// The object's database.
    pub fn new(storage: ObjectStorage) -> Self {
        let sql = storage.sql();
        Self { storage, sql, texts: RefCell::default() }
    }

    fn run_one(&self, statement: &Statement) -> Result<Rows, JsValue> {
        let params = JSON::parse(&params_text(&statement.params))?;
        let cursor = self.sql.exec(&self.text(statement.sql), params.unchecked_ref())?;
        if !statement.reads() {
            let missed = statement.missed(cursor.rows_written() as u64);
            return missed.map_or(Ok(Rows::new()), |problem| Err(JsValue::from_str(problem)));
        }
        Ok(Array::from(&cursor.raw()?).iter().map(|row| from_row(&row)).collect())
    }

    /// Returns the statement as a JavaScript string. Each one is converted once:
    /// converting 900 bytes takes 2 us in workerd.
    fn text(&self, sql: &'static str) -> JsString {
        self.texts.borrow_mut().entry(sql).or_insert_with(|| JsString::from(sql)).clone()
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

/// All values as one text: each of them by itself would cost a call or two.
fn params_text(params: &[Value]) -> String {
    let params = params.iter().map(|param| match param {
        Value::Null => Param::Null,
        Value::Integer(number) => Param::Integer(*number),
        Value::Text(text) => Param::Text(text),
    });
    params_to_json(&params.collect::<Vec<_>>())
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
