//! What one call costs, over memory and over stdio, beside the floor that no client can go below.
//!
//! | benchmark | is |
//! |---|---|
//! | `floor_…` | a round trip over the same way with nothing of this workspace in it |
//! | `sequential` | one call at a time, on a runtime of one thread |
//! | `in_flight/N` | one round of N calls of which always N are under way, on a runtime of one thread |
//! | `in_flight_multi_thread/N` | the same on a runtime of two worker threads |
//! | `result_…` | one call at a time with a large answer |
//!
//! The program starts itself again as the child process that it talks to; see [`Role`].

mod floor;
mod server;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use mcp_client::Client;
use serde_json::value::RawValue;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// The variable that tells a child process which [`Role`] it has.
const ROLE_VARIABLE: &str = "MCP_BENCH_ROLE";

/// Length of the text that goes there and back: a usual call is a few hundred bytes.
const TEXT_BYTES: usize = 190;

/// Calls under way at the same time, on one thread and on two.
const ON_ONE_THREAD: [(&str, u64); 2] = [("in_flight", 16), ("in_flight", 256)];
const ON_TWO_THREADS: (&str, u64) = ("in_flight_multi_thread", 256);

const LARGE_RESULTS: [(&str, usize); 2] =
    [("result_100kB", 100_000), ("result_10MB", server::RESULT_BYTES_MAX)];

/// What this process is for.
enum Role {
    /// Writes back every line that it reads.
    Echo,
    /// Runs the benchmarks.
    Measure,
    /// Is the server behind the stdio transport.
    Server,
}

fn main() {
    match role() {
        Role::Echo => floor::echo_lines(),
        Role::Measure => measure(),
        Role::Server => one_thread().block_on(server::serve_own_stdio()),
    }
}

fn role() -> Role {
    match std::env::var(ROLE_VARIABLE).as_deref() {
        Ok("echo") => Role::Echo,
        Ok("server") => Role::Server,
        _ => Role::Measure,
    }
}

fn measure() {
    // Options of the command line win over these.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(30)
        .configure_from_args();
    memory(&mut criterion);
    #[cfg(unix)]
    stdio(&mut criterion);
    criterion.final_summary();
}

fn memory(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("memory");
    let runtime = one_thread();
    let channel = runtime.block_on(floor::Channel::open());
    group.bench_function("floor_channel", |bencher| {
        bencher.to_async(&runtime).iter(|| channel.round_trip());
    });
    calls(&mut group, &runtime, &runtime.block_on(server::in_memory()));
    let runtime = two_threads();
    let client = runtime.block_on(server::in_memory());
    in_flight(&mut group, ON_TWO_THREADS, &runtime, &client);
    group.finish();
}

#[cfg(unix)]
fn stdio(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stdio");
    let runtime = one_thread();
    let pipe = runtime.block_on(async { tokio::sync::Mutex::new(floor::Pipe::open()) });
    group.bench_function("floor_pipe", |bencher| {
        bencher.to_async(&runtime).iter(async || pipe.lock().await.round_trip().await);
    });
    calls(&mut group, &runtime, &runtime.block_on(server::over_stdio()));
    let runtime = two_threads();
    let client = runtime.block_on(server::over_stdio());
    in_flight(&mut group, ON_TWO_THREADS, &runtime, &client);
    group.finish();
}

/// Everything that is measured on a runtime of one thread.
fn calls(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, client: &Client) {
    let arguments = server::echo_arguments(TEXT_BYTES);
    group.bench_function("sequential", |bencher| {
        bencher.to_async(runtime).iter(|| call(client, "echo", &arguments));
    });
    for load in ON_ONE_THREAD {
        in_flight(group, load, runtime, client);
    }
    for (name, bytes) in LARGE_RESULTS {
        let arguments = server::fill_arguments(bytes);
        // With growing samples the large result would take half a minute.
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function(name, |bencher| {
            bencher.to_async(runtime).iter(|| call(client, "fill", &arguments));
        });
    }
}

fn in_flight(
    group: &mut BenchmarkGroup<'_, WallTime>,
    (name, callers): (&str, u64),
    runtime: &Runtime,
    client: &Client,
) {
    group.throughput(Throughput::Elements(callers));
    group.bench_function(BenchmarkId::new(name, callers), |bencher| {
        bencher.to_async(runtime).iter_custom(|rounds| side_by_side(client, callers, rounds));
    });
    group.throughput(Throughput::Elements(1));
}

/// How long `callers` take that call `rounds` times each, side by side.
async fn side_by_side(client: &Client, callers: u64, rounds: u64) -> Duration {
    let start = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..callers {
        let client = client.clone();
        running.spawn(async move {
            let arguments = server::echo_arguments(TEXT_BYTES);
            for _ in 0..rounds {
                call(&client, "echo", &arguments).await;
            }
        });
    }
    running.join_all().await;
    start.elapsed()
}

async fn call(client: &Client, tool: &str, arguments: &RawValue) {
    black_box(client.call_raw(tool, arguments).await.expect("the echo server answers every call"));
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime needs a few descriptors")
}

fn two_threads() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime needs a few descriptors")
}
