#!/usr/bin/env bash
# What the program is made of, and what is known against it. Packages have to be restored.
#
#   build/supply.sh sbom [DIR]   writes a bill of materials (CycloneDX, JSON) of the program with all packages into DIR; default .build/sbom
#   build/supply.sh audit        fails if a package has a known fault; says so where the package source does not tell of any
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

sbom() {
  local folder=${1:-.build/sbom}
  mkdir -p "$folder"
  dotnet tool restore --verbosity quiet
  dotnet tool run dotnet-CycloneDX src/Platform.Host/Platform.Host.csproj --disable-package-restore --exclude-dev --recursive \
    --output "$folder" --filename platform.cdx.json --output-format Json --set-name platform
}

# A source tells of faults if its index has a list of them.
knows_faults() {
  local address
  while read -r _ address; do
    case $address in
      http*) curl --silent --show-error --fail --location --max-time 30 "$address" 2>/dev/null | grep -q VulnerabilityInfo && return 0 ;;
    esac
  done < <(dotnet nuget list source --format Short | grep '^E')
  return 1
}

audit() {
  if ! knows_faults; then
    echo "packages: not compared with known faults, of which the package source does not tell"
    return 0
  fi
  local found
  found=$(dotnet list Platform.sln package --vulnerable --include-transitive)
  if grep -qE '^ +> ' <<<"$found"; then
    grep -E "^Project|^ +>" <<<"$found"
    echo "packages: known faults; raise their versions in Directory.Packages.props"
    return 1
  fi
  echo "packages: no known faults"
}

case ${1:-} in
  sbom) shift; sbom "$@" ;;
  audit) audit ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
