//! The store's port on the platform's SQLite.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::call::message_of;
use super::js::ObjectStorage;
use crate::store::{Rows, Sql, Statement, StoreError, Value};

/// `ctx.storage`, whose writes of one synchronous stretch land together, and
/// are undone together when one of them fails.
pub struct ObjectSql(pub ObjectStorage);

impl Sql for ObjectSql {
    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        let sql = self.0.sql();
        let mut answers = Vec::with_capacity(statements.len());
        let mut work = || {
            for statement in statements {
                let params: Array = statement.params.iter().map(to_js).collect();
                let cursor = sql.exec(statement.sql, &params)?;
                answers.push(Array::from(&cursor.raw()?).iter().map(|row| from_row(&row)).collect());
            }
            Ok(JsValue::UNDEFINED)
        };
        self.0.transaction_sync(&mut work).map_err(|error| StoreError::new(&message_of(&error)))?;
        Ok(answers)
    }
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
