# What run/bench/transfer and run/bench/peers measure with. Sourced, not run.
# shellcheck shell=bash

# Prints a process and all its descendants.
family() {
  local child
  printf '%s\n' "$1"
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do family "$child"; done
}

# CPU time of a process and its descendants so far, in clock ticks (1/100 s).
ticks() {
  local pid
  for pid in $(family "$1"); do sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null; done |
    awk '{ t += $12 + $13 } END { print t + 0 }'
}

# "RSS PSS" of a process and its descendants in MiB.
memory() {
  local pid
  for pid in $(family "$1"); do cat "/proc/$pid/smaps_rollup" 2>/dev/null; done |
    awk '/^Rss:/ { r += $2 } /^Pss:/ { p += $2 } END { printf "%.0f %.0f\n", r / 1024, p / 1024 }'
}

# CPU time of each kind of thread of process $1 so far: "name ticks", numbers at a name's end left out.
threads() {
  cat /proc/"$1"/task/*/stat 2>/dev/null | sed 's/^[0-9]* (\(.*\)) \(.*\)/\2 \1/' | awk '
    { name = $51; for (i = 52; i <= NF; i++) name = name " " $i
      sub(/[-# 0-9]+$/, "", name); t[name] += $12 + $13 }
    END { for (n in t) printf "%s\t%d\n", n, t[n] }' | sort
}

# Share of the machine's time that others took (the hypervisor's steal) so far: "stolen all".
stolen() { awk '/^cpu / { for (i = 2; i <= 9; i++) all += $i; print $9, all }' /proc/stat; }

# The functions from here to the table use these of the script: $work, a folder; $home, the trial home; $kds_port; $size, MiB.

# Starts KDS, after ending the one that runs, and waits until it has warmed itself up.
start_kds() {
  if [ -n "$home" ]; then "$root/run/stop" --home "$home" >/dev/null 2>&1; else kds_port=$(free_port) home=$work/kds; fi
  "$root/run/start" --home "$home" --port "$kds_port" --detach >"$work/start.log" 2>&1 || die "KDS did not start: $(tail -n 20 "$work/start.log")"
  kds_pid=$(running "$home")
  timeout 30 sed -u '/armed up/q' <(exec tail -n +1 -f --pid="$kds_pid" "$home/log/console.log" 2>/dev/null) >/dev/null || die "KDS did not warm up"
  "$root/run/token" --home "$home" --ttl 12h --header > "$home/run/authorization"
}

# One request: prints "seconds status exit-code".
request() { curl -sS --http1.1 --cacert "$home/certs/cert.pem" --tls13-ciphers TLS_AES_128_GCM_SHA256 -H 'Expect:' -o "$work/answer" -w '%{time_total} %{http_code} %{exitcode}\n' "$@"; }

# Touches as much memory as $1 MiB of files take, and leaves it free. A virtual machine's host takes back what is free
# for some seconds; without this, whoever uploads first pays for having it given again, three times the upload itself.
touch_memory() {
  head -c "$1M" /dev/zero > "$work/touched"
  rm "$work/touched"
}

# run TEST SERVER PID FINISH CURL-ARGUMENTS…: measures one request and writes "test server MiB/s CPU-s/GiB".
run() {
  local test=$1 server=$2 pid=$3 finish=$4 before after seconds status code began
  shift 4
  touch_memory "$size"
  sync -f "$work"
  before=$(ticks "$pid")
  read -r seconds status code < <(request "$@")
  after=$(ticks "$pid")
  [ "$code" = 0 ] || die "curl did not get through the $test with $server: it ended with $code"
  case $status in 2*) ;; *) die "$server answered $status to the $test: $(head -c 500 "$work/answer")" ;; esac
  if [ "$test" != _ ]; then
    awk -v t="$test" -v s="$server" -v sec="$seconds" -v c="$((after - before))" -v mib="$size" \
      'BEGIN { printf "%s %s %.2f %.4f\n", t, s, mib / sec, c / 100 / (mib / 1024) }' >> "$work/figures"
  fi
  [ -n "$finish" ] || return 0
  began=$(date +%s%N)
  sync "$finish"
  awk -v t="$test+sync" -v s="$server" -v sec="$seconds" -v ns="$(($(date +%s%N) - began))" -v c="$((after - before))" -v mib="$size" \
    'BEGIN { printf "%s %s %.2f %.4f\n", t, s, mib / (sec + ns / 1e9), c / 100 / (mib / 1024) }' >> "$work/synced"
}

# The table, against nginx or the peer $1. Reads "test server rate cpu" lines, one for each run; rate in MiB/s, cpu in s/GiB.
report() {
  awk -v peer="${1:-nginx}" '
    function sort_(a, n,   i, j, t) { for (i = 2; i <= n; i++) { t = a[i]; for (j = i - 1; j && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t } }
    function med(a, n) { return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2 }
    function stats(key, col,   i, n, a, d) {
      n = count[key]; for (i = 1; i <= n; i++) a[i] = v[key, col, i]; sort_(a, n)
      m[key, col] = med(a, n); spread[key, col] = m[key, col] ? (a[n] - a[1]) / m[key, col] : 0
      d = col == 1 ? "%.0f (%.0f..%.0f)" : "%.2f (%.2f..%.2f)"
      return sprintf(d, m[key, col], a[1], a[n])
    }
    { key = $1 SUBSEP $2; n = ++count[key]; v[key, 1, n] = $3; v[key, 2, n] = $4
      if (!($1 in seen)) { seen[$1] = 1; order[++tests] = $1 } if (n > rounds) rounds = n }
    END {
      printf "%-22s %-9s %-22s %-22s %s\n", "", "", "KDS", peer, "KDS : " peer
      for (t = 1; t <= tests; t++) {
        name = order[t]; k = name SUBSEP "kds"; p = name SUBSEP peer; label = name; gsub(/_/, " ", label)
        for (c = 1; c <= 2; c++) {
          ks = stats(k, c); ps = stats(p, c)
          printf "%-22s %-9s %-22s %-22s %.2f\n", c == 1 ? label : "", c == 1 ? "MiB/s" : "CPU s/GiB", ks, ps, m[p, c] ? m[k, c] / m[p, c] : 0
        }
        for (w in m) if (spread[w] > worst) worst = spread[w]
      }
      printf "\nmedian (least..most) of %d rounds. Widest spread of a row: %.0f %% of its median%s.\n", rounds, worst * 100,
        (worst > 0.25 ? ": a noisy machine, read ratios near 1 as \"about the same\"" : "")
    }'
}
