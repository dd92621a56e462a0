#!/bin/sh
# A timed drill of backup and restore: backup-drill.sh [EVENTS [FOLDER]]
# Prints a table of what each step took. The folder is emptied at the end.
set -eu

events=${1:-1000000}
folder=${2:-$(mktemp -d)}
leat=$(cd "$(dirname "$0")/.." && pwd)/leat
blueprint=$(cd "$(dirname "$0")/.." && pwd)/blueprints/devices
mkdir -p "$folder"
pid=

finish() {
  [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

now() { date +%s.%N; }
row() { awk -v what="$1" -v a="$2" -v b="$3" 'BEGIN { printf "| %s | %.1f s |\n", what, b - a }'; }

# Field $2 of the first $1 in a JSON text: enough for the commands' own answers.
field() { sed -n 's/.*"'"$1"'" *: *"\{0,1\}\([^",}]*\).*/\1/p' | head -1; }

generate() { # how many, which run
  awk -v n="$1" -v run="$2" -v time="$(date -u +%FT%TZ)" 'BEGIN {
    for (i = 0; i < n; i++)
      printf "{\"event_id\":\"%s-%d\",\"device_id\":\"d-%d\",\"ts\":\"%s\",\"temperature_c\":%d.5}\n",
             run, i, i % 1000, time, 15 + i % 20
  }'
}

up() { # blueprint, data
  : > "$folder/up.log"
  "$leat" up "$1" --data "$2" --port 0 >> "$folder/up.log" 2>&1 &
  launcher=$!
  until grep -q "Ctrl-C stops" "$folder/up.log"; do
    kill -0 "$launcher" 2>/dev/null || { cat "$folder/up.log" >&2; exit 1; }
    sleep 0.1
  done
  pid=$(field pid < "$2/run.json")
}

up "$blueprint" "$folder/data"
generate "$events" a > "$folder/a.ndjson"
start=$(now)
"$leat" send devices.telemetry "$folder/a.ndjson" --data "$folder/data" > /dev/null
sent=$(now)
first=$("$leat" backup "$folder/backups" --data "$folder/data" --json)
backed=$(now)
generate $((events / 20)) b | "$leat" send devices.telemetry - --data "$folder/data" > /dev/null
again=$(now)
second=$("$leat" backup "$folder/backups" --data "$folder/data" --json)
until_time=$(printf '%s' "$second" | sed 's/.*"log_until":"\([^"]*\)","took.*/\1/')
done_again=$(now)
"$leat" backup verify "$folder/backups" > "$folder/verify.log"
verified=$(now)
kill -9 "$pid"
lost=$(now)
rm -rf "$folder/data"
"$leat" restore "$folder/backups" --data "$folder/new" > "$folder/restore.log"
restored=$(now)
up "$folder/new/blueprints/devices" "$folder/new"
serving=$(now)
"$leat" reconcile --all --data "$folder/new" > "$folder/reconcile.log" || {
  cat "$folder/reconcile.log" >&2
  exit 1
}
reconciled=$(now)
count=$("$leat" sql "SELECT count(*) FROM devices_processed.telemetry" \
  --format csv --data "$folder/new" | tail -1)

echo "| step | $events events |"
echo "|---|---|"
row "sending them" "$start" "$sent"
row "first backup, $(printf '%s' "$first" | field new_bytes) bytes" "$sent" "$backed"
row "backup after $((events / 20)) more, $(printf '%s' "$second" | field new_bytes) bytes" "$again" "$done_again"
row "verify" "$done_again" "$verified"
row "restore" "$lost" "$restored"
row "start" "$restored" "$serving"
row "reconcile --all" "$serving" "$reconciled"
row "RTO: from the kill to serving" "$lost" "$serving"
echo "| log until of the last backup | $until_time |"
echo "| rows in processed | $count |"
