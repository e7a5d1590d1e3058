//! One POST a call: `{ "call", "with"?, "options"?, "pool"?, "hints"? }`.

use std::pin::pin;
use std::time::Duration;

use cf_warm_pool::client::{Config, Container, Error, Health, WarmPool};
use futures::future::{Either, select};
use serde::Deserialize;
use serde_json::{Value, json};
use worker::{Context, Delay, Env, Request, Response, Result, event};

#[derive(Deserialize)]
#[serde(default)]
struct Asked {
    call: String,
    with: Value,
    options: Value,
    pool: String,
    containers: String,
    hints: Option<String>,
}

impl Default for Asked {
    fn default() -> Self {
        let (call, with, options) = (String::new(), Value::Null, json!({}));
        let (pool, containers) = ("global-pool".to_owned(), "CONTAINER".to_owned());
        Self { call, with, options, pool, containers, hints: None }
    }
}

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _ctx: Context) -> Result<Response> {
    let asked: Asked = request.json().await?;
    match answer(&env, &asked).await {
        Ok(value) => Response::from_json(&value),
        // What `?` makes of it in a handler, whose error goes to the Worker's log.
        Err(error) if asked.call == "throw" => Response::from_json(&worker::Error::from(error).to_string()),
        Err(error) => error.to_response(),
    }
}

async fn answer(env: &Env, asked: &Asked) -> std::result::Result<Value, Error> {
    let mut pool = WarmPool::new(env, "WARM_POOL", &asked.containers)?.with_name(&asked.pool)?;
    if let Some(binding) = &asked.hints {
        pool = pool.with_hint_cache(binding)?;
    }
    let pool = pool.with_options(&asked.options.to_string())?;
    let text = asked.with.as_str().unwrap_or_default();
    Ok(match asked.call.as_str() {
        "claim" => shown(&pool.claim(text).await?),
        "lookup" => pool.lookup(text).await?.as_ref().map_or(Value::Null, shown),
        "release" => pool.release(text).await?.into(),
        "explain" => json!(pool.explain(text).await?),
        "stats" => json!(pool.stats().await?),
        "prime" => json!(pool.prime().await?),
        "warmup" => json!(pool.warmup(asked.with.as_u64().map(|count| count as u32)).await?),
        "shutdownPrewarmed" => json!(pool.shutdown_prewarmed().await?),
        "shutdown" => json!(pool.shutdown().await?),
        "reportStopped" => json!(pool.report_stopped(text).await?),
        "giveUp" => give_up(&pool, text).await,
        "typed" => json!(pool.with_config(typed())?.prime().await?),
        "outOfBounds" => json!(pool.with_config(Config { warm_target: 1_001, ..typed() })?.prime().await?),
        _ => json!(pool.claim("").await.map(drop)?),
    })
}

fn shown(container: &Container) -> Value {
    json!({
        "name": container.name().to_string(),
        "id": container.id().to_string(),
        "generation": container.generation().0,
        "outcome": container.outcome().as_str(),
    })
}

/// A claim whose caller waits for 300 ms and no longer.
async fn give_up(pool: &WarmPool, session: &str) -> Value {
    let claim = pin!(pool.claim(session));
    let patience = pin!(Delay::from(Duration::from_millis(300)));
    match select(claim, patience).await {
        Either::Left((answer, _)) => json!(answer.map(|_| ()).map_err(|error| error.code().to_owned())),
        Either::Right(((), _)) => "gave up".into(),
    }
}

fn typed() -> Config {
    let health = Health { timeout_ms: 2_000, memory_permille_max: Some(900), ..Config::default().health };
    Config { warm_target: 2, ports: vec![8080], revision: Some("v2".into()), health, ..Config::default() }
}
