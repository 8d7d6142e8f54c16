//! One call to each of N servers, one after another and all at once.
//!
//! The servers are fakes in this process; each one answers at once or works for 20 ms first. Side by
//! side the whole should take as long as the slowest server, and what is above that is the price of
//! fanning out. `floor_sleep` shows how long 20 ms are on the clock of the runtime.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, criterion_main};
use futures_util::future::join_all;
use mcp_mock::{Fault, MockServer, World, any_tool};
use orchestrator::manager::{Manager, ServerSpec};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

const SERVERS: [usize; 4] = [1, 4, 16, 64];

const WORK: Duration = Duration::from_millis(20);

/// A tool that reads a little, so that the fake itself costs next to nothing.
const TOOL: &str = "get_repo";

criterion_main!(measure);

fn measure() {
    // Options of the command line win over these.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(10)
        .configure_from_args();
    let runtime =
        Builder::new_current_thread().enable_all().build().expect("a runtime needs descriptors");
    fan_out(&mut criterion.benchmark_group("fan_out_0ms"), &runtime, Duration::ZERO);

    let mut group = criterion.benchmark_group("fan_out_20ms");
    group.bench_function("floor_sleep", |bencher| {
        bencher.to_async(&runtime).iter(|| tokio::time::sleep(WORK));
    });
    fan_out(&mut group, &runtime, WORK);
    group.finish();
    criterion.final_summary();
}

fn fan_out(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, work: Duration) {
    // With growing samples the slowest benchmark would take minutes.
    group.sampling_mode(SamplingMode::Flat);
    for count in SERVERS {
        let fleet = runtime.block_on(Fleet::start(count, work));
        group.bench_function(BenchmarkId::new("sequential", count), |bencher| {
            bencher.to_async(runtime).iter_custom(|rounds| fleet.measure(rounds, Way::Sequential));
        });
        group.bench_function(BenchmarkId::new("parallel", count), |bencher| {
            bencher.to_async(runtime).iter_custom(|rounds| fleet.measure(rounds, Way::Parallel));
        });
        runtime.block_on(fleet.manager.close());
    }
}

#[derive(Clone, Copy)]
enum Way {
    Parallel,
    Sequential,
}

/// Servers of the same kind, each in a world of its own, behind one manager.
struct Fleet {
    manager: Manager,
    names: Vec<String>,
    servers: Vec<MockServer>,
    arguments: Value,
    work: Duration,
}

impl Fleet {
    async fn start(count: usize, work: Duration) -> Self {
        let servers: Vec<_> = (0..count).map(|_| World::new(1).github()).collect();
        let names: Vec<_> = (0..count).map(|index| format!("github{index}")).collect();
        let specs = names.iter().zip(&servers).map(|(name, server)| {
            let mut spec = ServerSpec::mock(server);
            spec.name.clone_from(name);
            spec
        });
        let manager = Manager::connect(specs.collect()).await;
        let arguments = json!({ "owner": "company", "repo": "support" });
        Self { manager, names, servers, arguments, work }
    }

    async fn measure(&self, rounds: u64, way: Way) -> Duration {
        self.reset();
        let start = Instant::now();
        for _ in 0..rounds {
            match way {
                Way::Parallel => {
                    join_all(self.names.iter().map(|name| self.call(name))).await;
                }
                Way::Sequential => {
                    for name in &self.names {
                        self.call(name).await;
                    }
                }
            }
        }
        start.elapsed()
    }

    /// The servers remember every call: they are made to forget, so that memory stays bounded.
    fn reset(&self) {
        for server in &self.servers {
            server.reset();
            if !self.work.is_zero() {
                server.on(any_tool()).fault(Fault::Delay(self.work));
            }
        }
    }

    async fn call(&self, server: &str) {
        let answer = self.manager.call_tool(server, TOOL, &self.arguments).await;
        black_box(answer.expect("the fake answers every call"));
    }
}
