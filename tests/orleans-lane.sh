#!/usr/bin/env bash
# Builds the Orleans lane and runs its tests, the ones with several silos among them, against a Redis of its own.
#
#   tests/orleans-lane.sh [MSBUILD-OPTION ...]    for example -p:OrleansVersion=10.3.1 or -p:RestoreConfigFile=/path/NuGet.Config
#
# Where the packages cannot be restored or there is no redis-server, it says so, counts the lane as skipped and exits with 0.
# The last line is "N passed, N failed, N skipped".
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

options=(-p:GrainRuntime=Orleans "$@")
projects=(Platform.Core.Tests Platform.Grains.Tests Platform.Api.Tests Platform.EndToEnd.Tests)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
work=$(mktemp -d)
redis=
finish() {
  [[ -n $redis ]] && kill "$redis" 2>/dev/null && wait "$redis" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT

skip() {
  echo "The Orleans lane was not tested: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}

if ! dotnet restore src/Platform.Host "${options[@]}" --nologo --verbosity quiet >"$work/restore.log" 2>&1; then
  grep -oE 'error NU[0-9]+: .*' "$work/restore.log" | sort -u | head -5
  skip "its packages cannot be restored from this machine's package sources."
fi

if ! command -v redis-server >/dev/null && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server; } >/dev/null 2>&1
fi
command -v redis-server >/dev/null || skip "there is no redis-server on this machine, and it could not be installed."

# On a port that the system chooses, and with a disk log flushed at each write, as in docker-compose.yml.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
redis-server --bind 127.0.0.1 --port "$port" --dir "$work" --appendonly yes --appendfsync always --save '' >"$work/redis.log" 2>&1 &
redis=$!
for ((i = 0; i < 100; i++)); do
  redis-cli -p "$port" ping >/dev/null 2>&1 && break
  sleep 0.1
done
redis-cli -p "$port" ping >/dev/null 2>&1 || { tail -20 "$work/redis.log"; skip "redis-server did not start."; }
export PLATFORM_TEST_REDIS=127.0.0.1:$port PLATFORM_TEST_REDIS_DIRECTORY=$work/appendonlydir

passed=0 failed=0 skipped=0
add() { # the counts of one trx file
  local counters total executed good
  counters=$(grep -o '<Counters [^>]*' "$1" 2>/dev/null | head -1)
  total=$(grep -o ' total="[0-9]*"' <<<"$counters" | tr -dc '0-9')
  executed=$(grep -o ' executed="[0-9]*"' <<<"$counters" | tr -dc '0-9')
  good=$(grep -o ' passed="[0-9]*"' <<<"$counters" | tr -dc '0-9')
  total=${total:-0} executed=${executed:-0} good=${good:-0}
  passed=$((passed + good)) failed=$((failed + executed - good)) skipped=$((skipped + total - executed))
  ((total > 0))
}

for project in "${projects[@]}"; do
  echo "building $project"
  if ! dotnet build "tests/$project" "${options[@]}" --nologo --verbosity quiet >"$work/build.log" 2>&1; then
    grep -E 'error' "$work/build.log" | sort -u | head -30
    failed=$((failed + 1))
    continue
  fi
  dotnet test "tests/$project" "${options[@]}" --no-build --nologo --results-directory "$work" \
    --logger "trx;LogFileName=$project.trx" --logger 'console;verbosity=minimal' </dev/null 2>&1 | grep -vE '^(Test run|A total)' || true
  add "$work/$project.trx" || { echo "$project: the run itself failed"; failed=$((failed + 1)); }
done

echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
