#!/usr/bin/env bash
# The test command: installs what the tests need (as root, when missing), builds once, runs every test project.
#
#   tests/run.sh                         everything
#   tests/run.sh Core Grains             only the projects whose names contain one of the words
#   tests/run.sh --filter EXPRESSION     only the tests that match, as in 'dotnet test --filter'
#
# The tests of the grains run twice, the second time with idle grains deactivated at random before their next call.
#
# The last line is "N passed, N failed, N skipped"; the exit status is 0 only if nothing failed and nothing crashed.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

configuration=Release
time_limit=${TEST_TIME_LIMIT:-2700}   # seconds, for one project
filter=()
words=()
while (($#)); do
  case $1 in
    --filter) filter=(--filter "${2:?--filter needs an expression}"); shift 2 ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "tests/run.sh: unknown option $1" >&2; exit 2 ;;
    *) words+=("$1"); shift ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Hundreds of processes are started, and each compiles what it runs: a quarter of their first seconds goes into pages that are never writable and
# executable at once, and into counting for a second compilation. The product has both; the tests are not about them.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0
# Nothing that is started here stays behind.
export MSBUILDDISABLENODEREUSE=1

# program:package, for the programs that apps and fetches in the tests use, and the compiler of the supervisor of tasks.
needed=(
  busybox:busybox-static
  bzip2:bzip2
  cc:gcc
  chromium:chromium
  curl:curl
  dig:dnsutils
  docker-registry:docker-registry
  dockerd:docker.io
  haproxy:haproxy
  ip:iproute2
  iptables:iptables
  npm:npm
  ps:procps
  python3:python3
  redis-server:redis-server
  script:bsdutils
  setsid:util-linux
  unzip:unzip
  xz:xz-utils
  zip:zip
)

install_missing() {
  local missing=() pair
  for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]})) || return 0
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null ||
      echo "warning: could not install ${missing[*]}" >&2
  else
    echo "warning: missing on this machine: ${missing[*]}" >&2
  fi
}

started=$SECONDS
install_missing
results=$(mktemp -d)
# One process compiles all projects, which takes half of the time that one for each takes; it ends with the build.
compiler=platform-$$-tests
end_compiler() { pkill -f -- "-pipename:$compiler" || true; }
trap 'end_compiler; rm -rf "$results"' EXIT

# Continuous integration takes no package that the lock files do not name.
locked=()
[[ ${CI:-} == true ]] && locked=(-p:RestoreLockedMode=true)

echo "building"
if ! dotnet build Platform.sln --configuration "$configuration" --nologo --verbosity quiet \
  -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" ${locked[@]+"${locked[@]}"} >"$results/build.log" 2>&1; then
  grep -E 'error' "$results/build.log" | sort -u | head -50 || true
  tail -5 "$results/build.log"
  echo "the build failed"
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi
end_compiler
echo "built in $((SECONDS - started)) s"

selected() {
  ((${#words[@]})) || return 0
  local word
  for word in "${words[@]}"; do [[ ${1,,} == *"${word,,}"* ]] && return 0; done
  return 1
}

# A run is a project, or a project, '@' and the probability of random deactivation.
run_project() {
  local name=$1 project=${1%@*} from=$SECONDS status
  local chosen=(${filter[@]+"${filter[@]}"})
  if [[ $name == *@* ]]; then
    local -x PLATFORM_TEST_RANDOM_DEACTIVATION=${name#*@}
  fi
  timeout --signal=TERM --kill-after=20 "$time_limit" \
    dotnet test "tests/$project/$project.csproj" --no-build --configuration "$configuration" --nologo \
    --results-directory "$results/$name" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
    ${chosen[@]+"${chosen[@]}"} >"$results/$name.log" 2>&1 </dev/null
  status=$?
  echo "$status $((SECONDS - from))" >"$results/$name.status"
}

counter() { # NAME ATTRIBUTE
  grep -o '<Counters [^>]*' "$results/$1/$1.trx" 2>/dev/null | head -1 | grep -o " $2=\"[0-9]*\"" | tr -dc '0-9'
}

# What failed and why, in few lines: whoever sees the end of the output only sees it all.
failures=()
failures_of() {
  failures+=("$(awk -v project="$1" '
    /^  Failed / { sub(/^  Failed /, ""); print project ": " $0; lines = 0; next }
    /^  Error Message:/ { lines = 12; next }
    /^  (Stack Trace|Standard Output Messages):/ { lines = 0 }
    lines > 0 { print substr($0, 1, 400); lines-- }' "$results/$1.log")")
}

passed=0 failed=0 skipped=0
report() {
  local name=$1 status seconds total executed good bad
  read -r status seconds <"$results/$name.status"
  total=$(counter "$name" total) executed=$(counter "$name" executed) good=$(counter "$name" passed)
  total=${total:-0} executed=${executed:-0} good=${good:-0}
  bad=$((executed - good))
  if ((status != 0 && bad == 0)); then
    bad=1
    if ((status == 124 || status == 137)); then
      echo "$name: not finished within $time_limit s"
    else
      echo "$name: the run itself failed with status $status"
    fi
    tail -60 "$results/$name.log"
    failures+=("$name: the run failed with status $status")
  elif ((bad > 0)); then
    cat "$results/$name.log"
    failures_of "$name"
  fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - executed))
  echo "$name: $good passed, $bad failed, $((total - executed)) skipped ($seconds s)"
}

# The rings two at a time; what starts processes and keeps both processors busy comes last, alone.
names=()
alone=()
for project in tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  selected "$name" || continue
  case $name in
    *.EndToEnd.Tests | *.Agent.Tests) alone+=("$name") ;;
    # The longest first, so that none is left over at the end.
    Platform.Dashboard.Tests) names=("$name" ${names[@]+"${names[@]}"}) ;;
    Platform.Grains.Tests) names=(${names[@]:0:1} "$name" "$name@0.2" ${names[@]:1}) ;;
    *) names+=("$name") ;;
  esac
done

under_way=()
report_ended() {
  local name left=()
  wait -n
  for name in "${under_way[@]}"; do
    if [[ -e $results/$name.status ]]; then report "$name"; else left+=("$name"); fi
  done
  under_way=(${left[@]+"${left[@]}"})
}
for name in ${names[@]+"${names[@]}"}; do
  ((${#under_way[@]} < 2)) || report_ended
  run_project "$name" &
  under_way+=("$name")
done
while ((${#under_way[@]})); do report_ended; done
for name in ${alone[@]+"${alone[@]}"}; do
  run_project "$name"
  report "$name"
done

# An advisory of today stops no change: it is told, and 'build/supply.sh audit' by itself fails for it.
if ((${#words[@]} == 0 && ${#filter[@]} == 0)); then
  build/supply.sh audit || true
fi

echo "finished in $((SECONDS - started)) s"
((${#failures[@]} == 0)) || printf '%s\n' "" "What failed:" "${failures[@]}" ""
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
