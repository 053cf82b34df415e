# /// script
# requires-python = ">=3.9"
# dependencies = []
# [tool.jobdeck]
# title = "Summarise a CSV file"
# timeout = "10m"
# [tool.jobdeck.params]
# required = ["file"]
# additionalProperties = false
# [tool.jobdeck.params.properties.file]
# type = "string"
# format = "file"
# description = "A CSV file with a header line"
# [tool.jobdeck.params.properties.delimiter]
# type = "string"
# maxLength = 1
# default = ","
# ///
"""Reads a CSV file of any size and reports, for each column, how it is filled and what its numbers come to."""

import csv
import json
import logging
import os
import sys


class JsonLines(logging.Formatter):
    """Jobdeck reads JSON lines: level and message are taken, the rest become fields of the entry."""

    def format(self, record):
        return json.dumps({"level": record.levelname, "message": record.getMessage(), **getattr(record, "fields", {})})


handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(JsonLines())
log = logging.getLogger("report")
log.addHandler(handler)
log.setLevel(logging.DEBUG)


def progress(value, message):
    print(f"::progress::{value:.1f} {message}", flush=True)


class Column:
    def __init__(self):
        self.filled = 0
        self.numbers = 0
        self.total = 0.0
        self.least = None
        self.most = None

    def add(self, text):
        if not text:
            return
        self.filled += 1
        try:
            number = float(text)
        except ValueError:
            return
        self.numbers += 1
        self.total += number
        self.least = number if self.least is None else min(self.least, number)
        self.most = number if self.most is None else max(self.most, number)

    def summary(self):
        mean = self.total / self.numbers if self.numbers else None
        return {"filled": self.filled, "numbers": self.numbers, "least": self.least, "most": self.most, "mean": mean}


def main():
    with open(os.environ["JOBDECK_PARAMS_FILE"], encoding="utf-8") as given:
        params = json.load(given)
    path = params["file"]
    size = os.path.getsize(path) or 1
    log.info("Reading %s", path, extra={"fields": {"bytes": size}})

    read = 0
    rows = 0
    odd = 0

    def lines(file):
        nonlocal read
        for line in file:
            read += len(line.encode("utf-8", "replace"))
            yield line

    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.reader(lines(file), delimiter=params["delimiter"])
        header = next(reader, None)
        if not header:
            log.error("The file is empty")
            return 1
        columns = [Column() for _ in header]
        for row in reader:
            rows += 1
            if len(row) != len(header):
                odd += 1
                if odd <= 10:
                    log.warning("Line %d has %d fields instead of %d", reader.line_num, len(row), len(header))
            for column, text in zip(columns, row):
                column.add(text.strip())
            if rows % 5000 == 0:
                progress(min(99, read / size * 100), f"{rows} rows")

    progress(100, f"{rows} rows")
    result = {"rows": rows, "oddRows": odd, "columns": {name: column.summary() for name, column in zip(header, columns)}}
    with open(os.environ["JOBDECK_OUTPUT"], "w", encoding="utf-8") as output:
        json.dump(result, output)
    return 0


sys.exit(main())
