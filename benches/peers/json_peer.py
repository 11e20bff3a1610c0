"""How fast a package of PyPI makes JSON of an EDI file: megabytes per second of processor time, the best round.

    .tools/python/bin/python json_peer.py PACKAGE FILE
"""

import json
import re
import sys
import time
import warnings

warnings.simplefilter("ignore")


def draftedi(text):
    import draftedi

    return json.dumps(draftedi.parse_edi_file(text.encode()), default=str)


def pydifact(text):
    from pydifact.segmentcollection import RawSegmentCollection

    segments = RawSegmentCollection.from_str(text).segments
    return json.dumps([[segment.tag, *segment.elements] for segment in segments])


def main(name, path):
    with open(path, encoding="latin-1") as file:
        text = file.read()
    interchanges = [part for part in re.split(r"(?=ISA\*|UNB\+)", text) if part]
    best, start = float("inf"), time.process_time()
    while time.process_time() - start < 4:
        before = time.process_time()
        for interchange in interchanges:
            globals()[name](interchange)
        best = min(best, time.process_time() - before)
    print(len(text) / 1e6 / best)


main(*sys.argv[1:])
