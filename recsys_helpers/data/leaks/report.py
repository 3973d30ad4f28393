"""Findings in plain words."""

from recsys_helpers.data.leaks.rules import Finding


def report(found: list[Finding], n_rows: dict[str, int] | None = None) -> str:
    """The findings in plain words: leaks, then what is worth knowing, each with what to do and up to three rows."""
    lines = [", ".join(f"{name} {n:,} rows" for name, n in n_rows.items())] if n_rows else []
    leaks = [finding for finding in found if finding.is_leak]
    notes = [finding for finding in found if not finding.is_leak]
    lines.append(f"Leaks found: {len(leaks)}" if leaks else "No leak found by these checks.")
    for title, group in (("", leaks), ("Worth knowing; no leak by itself:", notes)):
        lines += [title] if title and group else []
        for number, finding in enumerate(group, start=1):
            lines += [f"{number}. {finding.what}", f"   {finding.advice}"]
            if len(finding.rows):
                lines += ["   " + line for line in finding.rows.head(3).to_string(index=False).split("\n")]
    return "\n".join(lines)
