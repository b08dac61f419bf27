#!/bin/sh
# Copies the append-only log of one Redis (7.2 or newer) or Valkey (8 or newer) server while it works. Everything that
# the server acknowledged before this began is in the copy. It asks the server nothing and changes nothing of it.
#
#   backup.sh MANIFEST FOLDER
#
#   MANIFEST  the server's own: /var/lib/redis/appendonlydir/appendonly.aof.manifest
#   FOLDER    where the copy goes; a folder of this name is there only once it is whole and on the disk
#
# Run it as the server's user, on the server's machine. docs/backup.md says how often, and what to do with the copy.
set -eu
umask 077

[ $# -eq 2 ] || { echo "usage: $0 MANIFEST FOLDER" >&2; exit 2; }
manifest=$1 target=$2
source=$(dirname "$manifest") name=$(basename "$manifest")
[ -f "$manifest" ] || { echo "$manifest is not there: is appendonly set to yes?" >&2; exit 1; }
[ ! -e "$target" ] || { echo "$target is there already" >&2; exit 1; }

# Links need the file system of the log, and cost no room on it.
links=$(mktemp -d "$(dirname "$source")/backup.XXXXXX")
trap 'rm -rf "$links"' EXIT
trap 'exit 1' HUP INT TERM

# The server only appends to a file of its log, or puts new files in the place of old ones when it rewrites it
# (redis.io, "Backing up AOF persistence"). So the files of one manifest belong together for good once they are linked.
# Where one has gone before that, the log was just rewritten, and a newer manifest is there.
link_all() {
    rm -f "$links"/*
    cp "$manifest" "$links/$name" || return 1
    while read -r word file _ _ _ kind _; do
        if [ "$word" = file ] && [ "$kind" != h ]; then # h: history, about to be deleted
            ln "$source/$file" "$links/$file" 2>/dev/null || return 1
        fi
    done <"$links/$name"
}

tries=10
until link_all; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { echo "the files that $manifest lists cannot be linked" >&2; exit 1; }
    sleep 1
done

part=$target.part
rm -rf "$part"
mkdir -p "$part/appendonlydir"
cp "$links"/* "$part/appendonlydir/"
grep -v ' type h' "$links/$name" >"$part/appendonlydir/$name"
# A node of a cluster: who it is, and which slots are its own.
nodes=$(dirname "$source")/nodes.conf
[ ! -f "$nodes" ] || grep -e myself -e '^vars' "$nodes" >"$part/nodes.conf"
(cd "$part" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + >SHA256SUMS)
sync
mv "$part" "$target"
sync
