"""From the bytes of a file to its text: which kind of file it is, and whether its encoding fits.

The wrong encoding seldom fails: it turns é into Ã© and one item into two. Both ways out are told, with what they read.
"""

import re
from collections.abc import Sequence

from recsys_helpers.data.advice import FileWords

FIRST_THAT_FITS = "each line is read with the first that fits."
OTHER_FILES = {  # how a file begins: what it is
    rb"PK\x03\x04": "a zip archive or Excel .xlsx",
    rb"\xd0\xcf\x11\xe0": "Excel .xls",
    rb"\x1f\x8b": "gzip",
    rb"PAR1": "Parquet",
    rb"%PDF": "PDF",
    rb"<": "a web page or XML",
    rb"\[\s*\{": "a JSON array",
}


class NotText(ValueError):
    """The file is no text at all; the message says what it is and what to do."""


def decode(raw: bytes, encoding: str | Sequence[str], words: FileWords) -> tuple[str, list[str]]:
    """The text, and the problem if `encoding` does not fit or seems to damage the text.

    With several encodings each line is read with the first that fits it. Raises NotText if it is no text at all.
    """
    kind = next((kind for start, kind in OTHER_FILES.items() if re.match(start, raw.lstrip())), None)
    if kind is None:
        text, problems = _as_a_whole(raw, encoding, words) if isinstance(encoding, str) else _by_line(raw, encoding)
        kind = "binary" if "\0" in text else None
    if kind is not None:
        raise NotText(f"This is not a CSV file but {kind}, whatever its name. {words.other_files[kind]}")
    return text, problems


def _as_a_whole(raw: bytes, encoding: str, words: FileWords) -> tuple[str, list[str]]:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        return _other_readings(raw, encoding, raw.count(b"\n", 0, error.start), words)
    return text, _damaged_lines(raw, encoding, words) if _is_one_byte(encoding) else []


def _other_readings(raw: bytes, encoding: str, line: int, words: FileWords) -> tuple[str, list[str]]:
    """The file as the first encoding that works reads it, and the problem with what each makes of `line` (from 0)."""
    readings = {}
    for other in ["utf-16"] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8", "cp1252", "gb18030"]:
        try:
            readings[other] = raw.decode(other)
        except UnicodeDecodeError:
            continue
    readings = readings or {"latin-1": raw.decode("latin-1")}  # never fails
    shown = {name: text.split("\n")[line].strip() for name, text in readings.items()}
    tries = "; ".join(f"{words.option('encoding', name)} gives {read!r}" for name, read in shown.items())
    used = encoding.removesuffix("-sig")
    problem = f"Line {line + 1} is not written in {used}. Pass the encoding that reads well: {tries}."
    utf8, other = _in_utf8(raw), next(iter(readings))
    if utf8 and other not in ("utf-8", "utf-16"):
        number, read = next(iter(utf8.items()))
        both = words.option("encoding", ["utf-8", other])
        problem += f" Line {number} is written in utf-8: {read!r}. If a file mixes both, pass {both}: {FIRST_THAT_FITS}"
    return readings[other], [problem]


def _by_line(raw: bytes, encodings: Sequence[str]) -> tuple[str, list[str]]:
    lines, unread = [], []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        for encoding in encodings:
            try:
                lines.append(line.decode(encoding))
                break
            except UnicodeDecodeError:
                continue
        else:
            lines.append(line.decode("latin-1"))
            unread.append(number)
    shown = f"None of {list(encodings)} reads line {unread[0]}: {lines[unread[0] - 1]!r}." if unread else ""
    problems = [f"{shown} Add the encoding of such lines, for example 'latin-1'."] if unread else []
    return "\n".join(lines).removeprefix("\ufeff"), problems


def _damaged_lines(raw: bytes, encoding: str, words: FileWords) -> list[str]:
    """Lines of utf-8 that an encoding of one byte a character reads as nonsense: é becomes Ã©."""
    utf8 = _in_utf8(raw)
    if not utf8:
        return []
    number, read = next(iter(utf8.items()))
    damaged = read.encode("utf-8").decode(encoding, errors="replace")
    problem = f"The encoding {encoding} damages lines that are written in utf-8 (rows: {len(utf8)}; "
    problem += f"line {number}: {damaged!r} for {read!r})."
    try:
        raw.decode("utf-8")
        return [f"{problem} The whole file is: pass {words.option('encoding', 'utf-8-sig')}."]
    except UnicodeDecodeError:
        return [f"{problem} Pass {words.option('encoding', ['utf-8', encoding])}: {FIRST_THAT_FITS}"]


def _in_utf8(raw: bytes) -> dict[int, str]:
    """Line number and text of the lines that are written in utf-8 and not in ASCII alone."""
    found = {}
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.isascii():
            try:
                found[number] = line.decode("utf-8").strip()
            except UnicodeDecodeError:
                continue
    return found


def _is_one_byte(encoding: str) -> bool:
    """Whether each byte is a character of its own, as in cp1252, latin-1 and their kin."""
    if encoding.lower().replace("_", "-").startswith(("utf", "ascii", "us-ascii")):
        return False
    return len(bytes(range(128, 256)).decode(encoding, errors="replace")) == 128
