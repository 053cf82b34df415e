#!/bin/sh
# Packs a folder into a dated archive and keeps the newest few.
#
# /// script
# [tool.jobdeck]
# title = "Back up a folder"
# timeout = "1h"
# [tool.jobdeck.params]
# required = ["source", "target"]
# additionalProperties = false
# [tool.jobdeck.params.properties.source]
# type = "string"
# format = "directory"
# description = "The folder to back up"
# [tool.jobdeck.params.properties.target]
# type = "string"
# format = "directory"
# description = "Where the archives go"
# [tool.jobdeck.params.properties.keep]
# type = "integer"
# minimum = 1
# default = 7
# description = "How many archives to keep"
# ///
set -eu

source=$JOBDECK_PARAM_SOURCE
target=$JOBDECK_PARAM_TARGET
keep=$JOBDECK_PARAM_KEEP

[ -d "$source" ] || { echo "::error::$source is not a folder"; exit 1; }
mkdir -p "$target"

name=$(basename "$source")
archive="$target/$name-$(date +%Y%m%d-%H%M%S)-$JOBDECK_EXECUTION_ID.tar.gz"
draft="$archive.part"
list="$JOBDECK_TEMP_DIR/packed"
trap 'rm -f "$draft"' EXIT

total=$(find "$source" | wc -l | tr -d ' ')
echo "::progress::0 Packing $total entries"
# tar names each entry as it packs it: the lines of the list are the progress.
: > "$list"
tar -czvf "$draft" -C "$(dirname "$source")" "$name" > "$list" &
packing=$!
while kill -0 "$packing" 2>/dev/null; do
  packed=$(wc -l < "$list" | tr -d ' ')
  echo "::progress::$((packed * 90 / total)) $packed of $total entries"
  sleep 1
done
wait "$packing"

tar -tzf "$draft" > /dev/null   # an archive that cannot be read back is no backup
mv "$draft" "$archive"
echo "::progress::95 Verified"

ls -1t "$target/$name"-*.tar.gz | tail -n "+$((keep + 1))" | while IFS= read -r old; do
  echo "Removing $old"
  rm -f -- "$old"
done

echo "::progress::100 Done"
echo "archive=$archive" >> "$JOBDECK_OUTPUT"
echo "entries=$total" >> "$JOBDECK_OUTPUT"
