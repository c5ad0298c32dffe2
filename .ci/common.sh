# Shared by verify/run and tests/run: installs what is missing, builds quietly, counts.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "== $*" >&2; }

# need_packages PACKAGE...: installs the Debian packages that are missing; elsewhere says what is needed, and stops.
need_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    if [ -n "${LOGBUF_SKIP_INSTALL:-}" ]; then return 0; fi
    say "this is not a Debian system: install the equivalents of: $*"
    say "then run again with LOGBUF_SKIP_INSTALL=1"
    exit 2
  fi
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "neither root nor sudo: install these Debian packages first: ${missing[*]}"
      exit 2
    fi
    sudo=(sudo)
  fi
  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" ||
         { "${sudo[@]}" apt-get update &&
           "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; }; } >"$log" 2>&1
  then
    cat "$log" >&2
    say "the installation failed"
    exit 2
  fi
  rm -f "$log"
}

# foreign_rapidcheck ARCHITECTURE...: Debian's rapidcheck for machines that are cross-built for, unpacked into
# build/foreign. By a package list of its own: nothing is installed, and no architecture is added to this system.
foreign_rapidcheck() {
  local to=$root/build/foreign architecture release options missing=()
  for architecture in "$@"; do
    compgen -G "$to/librapidcheck-dev_*_$architecture.deb" >/dev/null || missing+=("$architecture")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "fetching rapidcheck for ${missing[*]}"
  mkdir -p "$to/apt/lists/partial" "$to/apt/cache/archives/partial"
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main" >"$to/apt/sources.list"
  options=(-qq -o "Dir::State=$to/apt" -o "Dir::State::lists=$to/apt/lists" -o Dir::State::status=/dev/null
    -o "Dir::Cache=$to/apt/cache" -o "Dir::Etc::sourcelist=$to/apt/sources.list" -o Dir::Etc::sourceparts=-
    -o "APT::Architecture=${missing[0]}" -o "APT::Architectures=$(IFS=,; echo "${missing[*]}")"
    -o APT::Sandbox::User=root -o Acquire::Languages=none)
  (
    cd "$to" && apt-get "${options[@]}" update || exit 1
    for architecture in "${missing[@]}"; do
      apt-get "${options[@]}" download "librapidcheck-dev:$architecture" &&
        dpkg-deb -x librapidcheck-dev_*_"$architecture".deb . || exit 1
    done
  ) >&2 || { say "rapidcheck for ${missing[*]} could not be fetched"; return 1; }
}

# build PRESET [BUILD-OPTION...]: configures and builds build/PRESET; shows the output only when it fails.
build() {
  local preset=$1 log began=$SECONDS
  shift
  say "building preset $preset${*:+ ($*)}"
  log=$(mktemp)
  if ! { (cd "$root" && cmake --preset "$preset" && cmake --build --preset "$preset" "$@"); } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  say "built in $((SECONDS - began)) s"
}

passed=0
failed=0

# count OUTPUT-FILE STATUS NAME: adds the last "N passed, N failed" of a run; a run without one counts as a failure,
# and so does one that says that nothing failed and yet exits with an error.
count() {
  local line p=0 f=0
  line=$(grep -aoE '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1)
  if [ -n "$line" ]; then
    p=${line%% *}
    f=$(sed -E 's/.*, ([0-9]+) failed/\1/' <<<"$line")
  fi
  if [ -z "$line" ] || { [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; }; then
    say "$3 ended with status $2"
    f=$((f + 1))
  fi
  passed=$((passed + p))
  failed=$((failed + f))
}

# run NAME COMMAND...: shows its output, counts, and says how long it took; in the file $durations too, where that is set.
run() {
  local name=$1 out status began=$SECONDS
  shift
  out=$(mktemp)
  say "$name"
  "$@" | tee "$out"
  status=${PIPESTATUS[0]}
  say "$name: $((SECONDS - began)) s"
  [ -z "${durations:-}" ] || printf '%s\t%s\n' "$((SECONDS - began))" "$name" >>"$durations"
  count "$out" "$status" "$name"
  rm -f "$out"
}

# run_ctest PRESET [CTEST-OPTION...]: the same for a test preset; ctest counts in its own words.
run_ctest() {
  local preset=$1 out status
  shift
  out=$(mktemp)
  say "tests of preset $preset"
  (cd "$root" && ctest --preset "$preset" --output-junit "$root/build/$preset/junit.xml" "$@") 2>&1 | tee "$out.all" | grep -vE '^ +Start |^Test project|^$'
  status=${PIPESTATUS[0]}
  sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+)$/\1 \2/p' "$out.all" |
    awk '{ printf "%d passed, %d failed\n", $2 - $1, $1 }' >"$out"
  count "$out" "$status" "tests of preset $preset"
  rm -f "$out" "$out.all"
}

finish() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
