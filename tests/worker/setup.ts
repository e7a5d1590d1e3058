// The test runner puts a Proxy in the place of `Function`. The wrapper that worker-build puts around
// a Rust class tells methods that return a value from those that return a promise by comparing
// `method.constructor` with `Function`: with the Proxy there, all of them would return promises,
// which they do nowhere else.
