#!/usr/bin/env bash
# Runs tests of the agent on a Linux of their own, where cgroups version 2 are the only ones and have every controller, on a machine that has them
# otherwise: user-mode Linux (Debian's package user-mode-linux), a kernel that is a program. It sees the machine's files and cannot write them.
#
#   tests/unified.sh                  those of cgroups
#   tests/unified.sh EXPRESSION       those that match, as in 'dotnet test --filter'
#
# The exit status is 0 only if all of them passed.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

tests=tests/Platform.Agent.Tests/bin/${CONFIGURATION:-Release}/net10.0/Platform.Agent.Tests.dll

if [ "$$" = 1 ]; then
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mkdir -p /dev/shm /dev/pts
  mount -t devpts devpts /dev/pts
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  for folder in /run /dev/shm /tmp; do mount -t tmpfs -o mode=1777 tmpfs $folder; done
  ip link set lo up
  for link in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do ln -sf "/proc/self/${link#*:}" "/dev/${link%%:*}"; done
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0
  echo "controllers: $(cat /sys/fs/cgroup/cgroup.controllers)"
  dotnet vstest "$tests" --TestCaseFilter:"$FILTER" --logger:'console;verbosity=normal' --ResultsDirectory:/tmp/results
  echo o >/proc/sysrq-trigger
  exec sleep 60
fi

if ! command -v linux.uml >/dev/null; then
  echo "tests/unified.sh: there is no linux.uml; install the package user-mode-linux" >&2
  exit 2
fi
[ -n "${CONFIGURATION:-}" ] || dotnet build tests/Platform.Agent.Tests -c Release -v q -nologo || exit 1
output=$(mktemp)
trap 'rm -f "$output"' EXIT
# Its memory is a file of the machine's.
TMPDIR=/dev/shm linux.uml mem="${MEMORY:-4000M}" rootfstype=hostfs rootflags=/ ro init="$PWD/tests/unified.sh" CONFIGURATION="${CONFIGURATION:-Release}" \
  FILTER="${1:-FullyQualifiedName~Cgroup}" con=null con0=fd:0,fd:1 </dev/null 2>&1 | tee "$output"
grep -q 'Test Run Successful' "$output"
