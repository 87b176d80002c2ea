# Shared by the scripts in run/. Sourced, not run.
# shellcheck shell=bash

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
dist=$root/run/target/kds

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Prints the major version of the JDK in folder $1, nothing when it is none.
jdk_version() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Sets JAVA_HOME to a JDK 25 or newer: the one that is set, one of the system's, or one from apt.
find_jdk() {
  local candidate version
  for candidate in "${JAVA_HOME:-}" "${JDK_HOME:-}" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/*; do
    [ -n "$candidate" ] || continue
    version=$(jdk_version "$candidate")
    if [ -n "$version" ] && [ "$version" -ge 25 ]; then
      export JAVA_HOME=$candidate
      return
    fi
  done
  if [ "$(id -u)" = 0 ] && [ -z "${1:-}" ] && command -v apt-get >/dev/null; then
    if apt-cache show openjdk-25-jdk-headless >/dev/null 2>&1; then
      say "Installing a JDK 25 (apt: openjdk-25-jdk-headless) …"
      apt-get install -y --no-install-recommends openjdk-25-jdk-headless >&2
      find_jdk again
      return
    fi
  fi
  die "needs a JDK 25 or newer and found none in JAVA_HOME, /usr/lib/jvm or /opt.
Install one (Debian 13: apt-get install openjdk-25-jdk-headless; else Eclipse Temurin 25) and, where it
is in another folder, set JAVA_HOME to it."
}

# Runs Maven on that JDK: the wrapper where MVNW_REPOURL tells it a repository, else the system's.
maven() {
  find_jdk
  if [ -n "${MVNW_REPOURL:-}" ]; then
    (cd "$root" && ./mvnw -B -ntp "$@")
    return
  fi
  command -v mvn >/dev/null || need_packages maven
  (cd "$root" && mvn -B -ntp "$@")
}

# Makes sure that Debian packages are there: installs them as root, else names them.
need_packages() {
  local package missing=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = 'install ok installed' ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "needs these Debian packages: ${missing[*]}
Install them: sudo apt-get install ${missing[*]}"
  say "Installing ${missing[*]} …"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Builds what is installed, without tests and checks.
product() { maven package -P product -pl run -am -DskipTests -Dspotless.check.skip -Dcheckstyle.skip -Dcyclonedx.skip "$@"; }

# Whether what was built last is newer than every source that it is made of.
is_built() {
  [ -f "$dist/lib/felix.jar" ] && [ -f "$root/run/target/built" ] && [ -z "$(find "$root" \
    \( -path "$root/.git" -o -name target -o -path '*/src/test' -o -path "$root/home" -o -path "$root/run/it" -o -path "$root/run/bench" -o -path "$root/run/soak" -o -path "$root/run/lib" \) -prune -o \
    -type f \( -name '*.java' -o -name pom.xml -o -name '*.bnd' -o -name '*.bndrun' -o -path '*/resources/*' -o -path '*/layout/*' -o -name layout.xml \) \
    -newer "$root/run/target/built" -print -quit)" ]
}

# Builds the distribution unless it is newer than every source.
build_if_needed() {
  local log=$root/run/target/build.log
  if is_built; then return; fi
  say "Building (the whole output goes to run/target/build.log) …"
  mkdir -p "$root/run/target"
  local started=$SECONDS
  : >"$log" # tail would fail, and this script with it, where it is quicker than the build
  product >"$log" 2>&1 < /dev/null &
  local build=$!
  tail -n +1 -f --pid=$build "$log" 2>/dev/null | sed -un 's/^\[INFO\] Building \(KDS.*\)/  \1/p; s/^\[ERROR\]/  &/p' >&2
  wait $build || die "the build failed; see $log"
  say "Built in $((SECONDS - started)) s."
}

# Prints the process that serves home $1, nothing when none does.
running() {
  local pid
  pid=$(cat "$1/run/pid" 2>/dev/null) || return 0
  [ -n "$pid" ] && tr '\0' '\n' < "/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "-Dkds.home=$1" && printf '%s\n' "$pid"
  return 0
}

# Value of a top-level key in the configuration of home $1.
setting() { sed -n "s/^$2:[[:space:]]*\"\{0,1\}\([^\"#]*[^\"#[:space:]]\)\"\{0,1\}.*/\1/p" "$1/config.yaml" | head -n 1; }

# Runs lib/Issuer.java, which is compiled once: from its source each token would take a second.
issuer() {
  local classes=$root/run/target/issuer fresh
  find_jdk
  if [ ! "$classes/Issuer.class" -nt "$root/run/lib/Issuer.java" ]; then
    mkdir -p "$classes"
    fresh=$(mktemp -d "$classes/XXXXXX") # moved as a whole: another script may want it now
    "$JAVA_HOME/bin/javac" -d "$fresh" "$root/run/lib/Issuer.java"
    mv "$fresh"/*.class "$classes/"
    rmdir "$fresh"
  fi
  "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$classes" Issuer "$@"
}

# Compiles the Java of folder $1, with what it shares with others here, into folder $2.
compile_tools() {
  find_jdk
  "$JAVA_HOME/bin/javac" -Xlint:all -Werror --add-exports jdk.attach/sun.tools.attach=ALL-UNNAMED -d "$2" -sourcepath "$1:$root/run/lib" "$1"/*.java
}

# Prints a port of the loopback that nobody listens on.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s\n' "$port"; return; }
  done
}
