use worker::*;

/// The pool's half that lives in wasm.
#[durable_object(alarm)]
pub struct PoolHost {
    state: State,
}

impl DurableObject for PoolHost {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }
    async fn fetch(&self, _req: Request) -> Result<Response> {
        Response::ok("hi")
    }
    async fn alarm(&self) -> Result<Response> {
        Response::ok("")
    }
}

#[event(fetch)]
async fn fetch(_req: Request, _env: Env, _ctx: Context) -> Result<Response> {
    Response::ok("Hello")
}
