#!/usr/bin/env bash
# A label system's way to the masking service: records go in, and what may be printed comes out.
#
# Copy this file; it needs bash, curl and jq. No record is written to the disk but in what it prints, and neither a
# record nor the key is ever in what it logs. docs/clients.md says what each answer means.
#
#     export MASKING_URL=https://masking.example MASKING_API_KEY_FILE=label-printer.key
#     ./label_client.sh records.ndjson >labels.ndjson
#
# Prints a line for each batch: {"first": number of its first record, "stored": BOOLEAN, "answer": ...as it came...}.
# Exits with 0; 1 if some records failed; 3 if some have no tokens yet (send them again later); 2 if it could not go on.
set -uo pipefail
export LC_ALL=C # lengths are bytes

schema=standard        # where the values are in the records
max_records=1000      # the service takes no more in one call
max_bytes=1000000     # the service takes 2 MiB, but proxies before it often 1 MB only
connect_seconds=3
answer_seconds=10      # the service answers within 5 seconds; the rest is for the network
first_pause=250        # milliseconds between two attempts, doubled from one to the next
max_pause=8000
masks_seconds=30       # after one batch waited for its tokens in vain, others do not for so long
patience=${MASKING_PATIENCE:-30} # seconds for which a batch may wait for its tokens before it is printed without

log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }

stop() {
    log "stopped: $*"
    exit 2
}

# The key comes from a file or the environment, and reaches curl in a pipe: all users of the machine can read command lines.
read_key() {
    if [ -n "${MASKING_API_KEY_FILE:-}" ]; then
        key=$(cat -- "$MASKING_API_KEY_FILE") || stop "MASKING_API_KEY_FILE cannot be read"
    else
        key=${MASKING_API_KEY:?is not set, and neither is MASKING_API_KEY_FILE}
    fi
    [[ $key =~ ^[!-~]+$ ]] || stop "the key is none: it has to be one word"
    unset MASKING_API_KEY # what is started from here need not have it
}

# exchange PATH REQUEST_ID SECONDS: one attempt. Sets status (000: no answer), after (seconds), answer.
exchange() {
    local said failed_as body
    printf -v body '{"schema":"%s","records":[%s]}' "$schema" "$batch"
    : >"$folder/headers"
    # -q: no ~/.curlrc; no -L: a redirect is not followed, no other host gets the key and the records.
    said=$(curl -q --silent --noproxy '*' --connect-timeout "$connect_seconds" --max-time "$3" \
        --header @<(printf 'Authorization: Bearer %s\n' "$key") --header 'Content-Type: application/json' \
        --header "X-Request-Id: $2" --header 'Expect:' --dump-header "$folder/headers" --data-binary @- \
        --write-out '\n%{http_code}' "${MASKING_URL%/}$1" < <(printf %s "$body"))
    failed_as=$?
    answer=${said%$'\n'*}
    status=${said##*$'\n'}
    case $failed_as in
    0) ;;
    60 | 77) stop "the service's certificate is not trusted (curl: $failed_as)" ;;
    *) status=000 answer='' ;; # also where the answer came by half
    esac
    after=$(tr -d '\r' <"$folder/headers" | grep -ioE '^retry-after: *[0-9]{1,6}$')
    after=$((10#0${after##*[: ]}))
}

# read_answer ARGUMENTS...: jq over the answer, in a pipe: a here-string could be a file.
read_answer() { printf '%s' "$answer" | jq "$@"; }

# The code of a problem, and the places that it names; never text that another server may have sent.
code() {
    read_answer -r '[.code, (.errors // [] | .[] | .pointer, .code)] | map(tostring) | join(" ")' 2>/dev/null ||
        echo '(no problem document)'
}

# repeated PATH: sends the same bytes until they are answered, because a number with the same values has the same
# tokens. Returns 1 where that takes too long, and 2 where something in the batch is no JSON. Ends the script where
# asking again is of no use.
repeated() {
    local attempt call deadline most pause left request_id said
    call=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
    deadline=$(($(milliseconds) + patience * 1000))
    for ((attempt = 1; ; attempt++)); do
        request_id=label-$call-$attempt
        left=$(((deadline - $(milliseconds) + 999) / 1000))
        exchange "$1" "$request_id" "$((left < 1 ? 1 : left < answer_seconds ? left : answer_seconds))"
        if [ "$status" = 200 ]; then
            read_answer -e --argjson count "$count" '.results | length == $count' >/dev/null 2>&1 && return
            said='an answer that is none'
        else
            said=$(code)
        fi
        case "$status $said" in
        200* | 000* | 429* | 5*) ;;
        '400 invalid-json') return 2 ;;
        *) stop "$1 as $request_id: $status $said" ;;
        esac
        # Half of the pause is chance, or all clients would come back at the same moment.
        most=$((first_pause << (attempt > 10 ? 10 : attempt - 1)))
        most=$((most < max_pause ? most : max_pause))
        pause=$((most / 2 + RANDOM % (most / 2) + after * 1000))
        log "$1: attempt $attempt as $request_id: $status $said"
        [ $(($(milliseconds) + pause)) -lt "$deadline" ] || return 1
        sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
    done
}

milliseconds() { date +%s%3N; }

# labels: with tokens, or masked only where tokens cannot be had in time. Sets stored; returns 2 as repeated does.
labels() {
    stored=true
    if [ "$SECONDS" -ge "$masks_until" ]; then
        repeated /v1/tokenize
        case $? in
        0) return 0 ;;
        2) return 2 ;;
        esac
        masks_until=$((SECONDS + masks_seconds))
    fi
    log "$count records are masked without tokens"
    stored=false unstored=1
    repeated /v1/mask
    case $? in
    1) stop "not even masks can be had now" ;;
    2) return 2 ;;
    esac
}

# send FIRST RECORD...: prints the answer to some records, of which the first one has this number.
send() {
    local first=$1 half IFS=,
    shift
    count=$# batch="$*" IFS=$' \t\n'
    if ! labels; then # halves, until the record that is no JSON is alone
        half=$(($# / 2))
        if [ "$half" -eq 0 ]; then
            log "record $first: not sent: no JSON"
            send "$first" null
        else
            send "$first" "${@:1:half}"
            send "$((first + half))" "${@:half+1}"
        fi
        return
    fi
    printf '{"first":%d,"stored":%s,"answer":%s}\n' "$first" "$stored" "$answer"
    # What is wrong with which record: the place and the code, and never the value.
    read_answer -r --argjson first "$first" '.results | to_entries[] | select(.value.error) | "record \(.key + $first): " +
        (.value.error | .code as $code | .errors // [{pointer: "", code: $code}] | .[] |
        "\(if .pointer == "" then "(record)" else .pointer end) \(.code)")' >"$folder/faults"
    [ ! -s "$folder/faults" ] || failed=1
    while read -r fault; do log "$fault"; done <"$folder/faults"
}

[ $# -eq 1 ] && [ -r "$1" ] || stop "usage: label_client.sh RECORDS.ndjson >LABELS.ndjson"
case ${MASKING_URL:?is not set} in
https://* | http://127.0.0.1[:/]* | http://localhost[:/]* | 'http://[::1]'*) ;;
*) stop "MASKING_URL is neither https:// nor this machine's: the key could be read on the way" ;;
esac
read_key
folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT || exit 2

number=0 records=() size=0 failed=0 unstored=0 masks_until=0
# Numbers of the lines that are not one JSON value: they would become a part of the request, or two records. jq only
# looks, because what it writes has lost digits of large numbers.
bad=$(jq -nRj 'foreach inputs as $line (0; . + 1; select($line | try (fromjson | false) catch true) | " \(.) ")' "$1")
while IFS= read -r record || [ -n "$record" ]; do
    number=$((number + 1))
    # A record that is not sent is replaced by null, which fails alone.
    if [[ $bad == *" $number "* ]]; then
        log "record $number: not sent: no JSON"
        record=null
    elif [ ${#record} -gt "$max_bytes" ]; then
        log "record $number: not sent: more than $max_bytes bytes"
        record=null
    fi
    if [ ${#records[@]} -eq "$max_records" ] || [ $((size + ${#record})) -gt "$max_bytes" ]; then
        send "$((number - ${#records[@]}))" "${records[@]}"
        records=() size=0
    fi
    records+=("$record")
    size=$((size + ${#record} + 1))
done <"$1"
[ ${#records[@]} -eq 0 ] || send "$((number - ${#records[@]} + 1))" "${records[@]}"
exit $((failed ? 1 : unstored ? 3 : 0))
