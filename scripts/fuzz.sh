#!/bin/bash
# Fuzzes what strangers' bytes reach first: scripts/fuzz.sh SECONDS [TARGET...]. Each target runs so many seconds from our own seeds and from
# what earlier runs found; without names all of them do. The exit status says whether something was found.
#
# libFuzzer is linked directly: the coverage it needs is asked of the compiler here, and neither a nightly toolchain nor
# cargo-fuzz is wanted. There is no address sanitizer: `unsafe` is forbidden in the product. What is looked for is a panic,
# an overflow, a law that does not hold, an input that takes ten seconds, a gigabyte of memory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:?how many seconds for each target}
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
    for file in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

host=$(rustc -vV | sed -n 's/^host: //p')
export CARGO_TARGET_DIR=$PWD/target/fuzz
# Not for build scripts and macros: with --target these flags are for the targets alone.
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
${CARGO:-cargo} build --locked --release --manifest-path fuzz/Cargo.toml --target "$host" "${targets[@]/#/--bin=}"

# One target: its input's number, or the end of its log when something was found.
fuzz() {
    local target=$1 corpus=target/fuzz/corpus/$1 artifacts=target/fuzz/artifacts/$1 log=target/fuzz/$1.log
    mkdir -p "$corpus" "$artifacts"
    if "target/fuzz/$host/release/$target" "$corpus" "fuzz/seeds/$target" -max_total_time="$seconds" -max_len=4096 \
        -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$artifacts/" -print_final_stats=1 >"$log" 2>&1; then
        echo "fuzzed $target for $seconds seconds: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
        return 0
    fi
    tail -n 40 "$log"
    echo "fuzzing $target FAILED; again with: target/fuzz/$host/release/$target $artifacts/FILE"
    return 1
}

# As many at once as there are processors: each uses one.
found=0 running=0
for target in "${targets[@]}"; do
    if [ "$running" -ge "$(nproc)" ]; then
        wait -n || found=1
        running=$((running - 1))
    fi
    fuzz "$target" &
    running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
    wait -n || found=1
    running=$((running - 1))
done
exit $found
