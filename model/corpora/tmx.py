"""Translation memories (TMX 1.4): pairs of segments, read one unit at a time. Entities are refused.

A segment's own text is kept and so are highlighted words (`hi`); what stands inside the other inline elements (`bpt`, `ept`,
`it`, `ph`, `ut`) is formatting code of some program and is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from gzip import GzipFile
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from model.errors import LabError

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_BEGINS = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE\s+tmx\b|<tmx\b)", re.DOTALL)
Languages = tuple[str, str]


def is_tmx(data: bytes) -> bool:
    return _BEGINS.match(data[:4096]) is not None


def segments(file: IO[bytes] | GzipFile, languages: Languages | None = None) -> Iterator[tuple[str, str] | None]:
    """(source, target) of each translation unit; None for one that lacks a side.

    `languages` are codes such as ("en", "fr"); they match regions too ("en-GB"). Without them the first unit's first two
    decide. Raises `LabError` for a file that is not XML or defines entities.
    """
    count = 0
    try:
        for _, element in iterparse(file, forbid_entities=True):
            if element.tag != "tu":
                continue
            count += 1
            found = {_language(variant): _text(variant.find("seg")) for variant in element.iter("tuv")}
            if languages is None and len(found) >= 2:
                first, second = list(found)[:2]
                languages = (first.partition("-")[0], second.partition("-")[0])
            yield _pair(found, languages)
            element.clear()
    except DefusedXmlException as error:
        raise LabError("tmx_entities", "The TMX file defines entities of its own; such files are refused.", "pairs") from error
    except (ParseError, ValueError, LookupError) as error:  # an unknown encoding is a LookupError
        raise LabError(
            "tmx_damaged", "The TMX file cannot be read: it is not well-formed XML after unit {count}.", "pairs", count=count
        ) from error


def _language(variant: Element) -> str:
    return (variant.get(_LANGUAGE) or variant.get("lang") or "").lower()


def _pair(found: dict[str, str], languages: Languages | None) -> tuple[str, str] | None:
    if languages is None:
        return None
    sides = [_in_language(found, language) for language in languages]
    return (sides[0], sides[1]) if sides[0] and sides[1] else None


def _in_language(found: dict[str, str], language: str) -> str:
    return next((text for code, text in found.items() if code == language or code.startswith(language + "-")), "")


def _text(segment: Element | None) -> str:
    if segment is None:
        return ""
    parts = [segment.text or ""]
    for child in segment:
        parts += [_text(child) if child.tag == "hi" else "", child.tail or ""]
    return "".join(parts)
