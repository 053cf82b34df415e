import { metadataBlock } from './text.ts'

export const shell = (title: string): string => `#!/bin/sh
${metadataBlock(title)}

# Counts the files of a folder: put your own work in its place.
# Lines that begin with :: speak to Jobdeck, all others are its log.
set -eu

folder=\${JOBDECK_PARAM_FOLDER:-.}
files=0
bytes=0

# A stop comes as TERM; after some seconds it is no longer asked.
trap 'echo "::notice::Stopped after $files files"; exit 143' TERM

set -- "$folder"/*
for path in "$@"; do
  [ -f "$path" ] || continue
  size=$(wc -c < "$path")
  if [ "$size" -eq 0 ]; then echo "::warning::$(basename "$path") is empty"; fi
  files=$((files + 1))
  bytes=$((bytes + size))
  echo "::progress::$((files * 100 / $#)) $(basename "$path")"
done

echo "::progress::100 Counted $files files"
# Kept with the run.
printf '{"files": %d, "bytes": %d}\\n' "$files" "$bytes" > "\${JOBDECK_OUTPUT:-/dev/null}"
`
