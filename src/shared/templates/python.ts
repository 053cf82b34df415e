import { metadataBlock } from './text.ts'

export const python = (title: string): string => `#!/usr/bin/env python3
${metadataBlock(title, ['requires-python = ">=3.9"', 'dependencies = []'])}
"""Counts the files of a folder: put your own work in its place.

Lines that begin with :: speak to Jobdeck, all others are its log.
"""

import json
import os
import signal
import sys


def stop(number, frame):
    """A stop comes as TERM; after some seconds it is no longer asked."""
    print("::notice::Stopped")
    sys.exit(143)


signal.signal(signal.SIGTERM, stop)

folder = os.environ.get("JOBDECK_PARAM_FOLDER", ".")
files = [entry for entry in os.scandir(folder) if entry.is_file()]
size = 0
for number, file in enumerate(files, start=1):
    length = file.stat().st_size
    if length == 0:
        print(f"::warning::{file.name} is empty")
    size += length
    print(f"::progress::{number / len(files) * 100:.0f} {file.name}")

print(f"Counted {len(files)} files")
# Kept with the run.
with open(os.environ.get("JOBDECK_OUTPUT", os.devnull), "w", encoding="utf-8") as output:
    json.dump({"files": len(files), "bytes": size}, output)
`
