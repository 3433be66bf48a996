#!/usr/bin/env bash
# Configures one preset and builds targets of it, quietly: the output goes to build/PRESET.log, whose end is shown when it fails.
#   build.sh PRESET [-DNAME=VALUE...] [TARGET...]
# The programs end up in build/PRESET/bin.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${1:?usage: build.sh PRESET [-DNAME=VALUE...] [TARGET...]}
shift
definitions=()
while [[ ${1:-} == -D* ]]; do definitions+=("$1"); shift; done
targets=("${@:-all}")

mkdir -p "$root/build"
log=$root/build/$preset.log
exec 9>"$root/build/$preset.lock"
flock 9  # two builds in one folder would trip over each other
cd "$root"

give_up() {
  tail -n 40 "$log" >&2
  printf '\n%s failed (whole log: %s). If it looks broken for no reason, remove build/%s and try again.\n' "$1" "$log" "$preset" >&2
  exit 1
}

# One compiler for each core, fewer where memory is short: the largest files take about 1.5 GB each.
jobs_that_fit() {
  local jobs by_memory
  jobs=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo)
  ((by_memory < jobs)) && jobs=$by_memory
  ((jobs < 1)) && jobs=1
  echo "$jobs"
}

# Copies the output to the log and, on a terminal, shows how far it is in one line.
show_progress() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    [[ -t 2 && $line == \[*/*\]* ]] && printf '\r\033[KBuilding %s' "${line%%]*}]" >&2
  done
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
}

cmake --preset "$preset" "${definitions[@]}" </dev/null >"$log" 2>&1 9>&- || give_up "Configuring"
cmake --build "build/$preset" -j "$(jobs_that_fit)" --target "${targets[@]}" </dev/null 2>&1 9>&- | show_progress || give_up "Building"
