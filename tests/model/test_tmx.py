"""Translation memories: what is text and what is formatting, which languages, what is refused; memory stays small."""

from __future__ import annotations

import gzip
import tracemalloc
from io import BytesIO

import pytest

from model import limits
from model.corpora import Pair
from model.corpora.own import read_pairs, read_tmx, read_tsv
from model.corpora.tmx import is_tmx, segments
from model.errors import LabError

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4"><header srclang="en"/><body>\n'
TAIL = "</body></tmx>\n"


def unit(**texts: str) -> str:
    variants = "".join(f'<tuv xml:lang="{code.replace("_", "-")}"><seg>{text}</seg></tuv>' for code, text in texts.items())
    return f'<tu tuid="x"><note>not text</note>{variants}</tu>\n'


def memory(*units: str) -> bytes:
    return (HEAD + "".join(units) + TAIL).encode()


def units_of(data: bytes, languages: tuple[str, str] | None = None) -> list[tuple[str, str] | None]:
    return list(segments(BytesIO(data), languages))


def test_the_same_corpus_as_the_same_pairs_in_a_table() -> None:
    pairs = [(f"the cat sees {n} dogs", f"le chat voit {n} chiens") for n in range(60)]
    table = "\n".join("\t".join(pair) for pair in pairs).encode()
    data = memory(*(unit(en=source, fr=target) for source, target in pairs))
    assert read_tmx(data) == read_tsv(table) == read_pairs(data) == read_pairs(gzip.compress(data, mtime=0))
    assert is_tmx(data) and is_tmx(b"<tmx><body/></tmx>") and not is_tmx(table) and not is_tmx(b"<html>\t<tmx>")


def test_text_inside_inline_markup_is_dropped_and_highlighted_words_stay() -> None:
    bold = '<bpt i="1">&lt;b&gt;</bpt>red <hi>old <ph>{1}<sub>no</sub></ph>car</hi><ept i="1">&lt;/b&gt;</ept>'
    source = f'A {bold} &amp; <it pos="begin">[x]</it>a <ut>code</ut>dog'
    assert units_of(memory(unit(en=source, fr="Une voiture"))) == [("A red old car & a dog", "Une voiture")]


def test_languages_are_the_first_unit_s_unless_said_and_regions_match() -> None:
    units = (unit(en_GB="one", it="uno", fr="un"), unit(fr="deux", en_US="two"), unit(it="tre", en="three", fr="trois"))
    assert units_of(memory(*units)) == [("one", "uno"), None, ("three", "tre")]
    assert units_of(memory(*units), ("en", "fr")) == [("one", "un"), ("two", "deux"), ("three", "trois")]
    corpus, report = read_tmx(memory(*units, *units), languages=("fr", "en"))
    assert Pair("deux", "two") in (*corpus.train, *corpus.held_out["validation"], *corpus.held_out["test"])
    assert report.lines == 6 and report.removed["duplicate"] == 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE tmx [<!ENTITY a "b">]><tmx><body><tu/></body></tmx>', "tmx_entities"),
        (b'<?xml version="1.0"?><!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/passwd">]><tmx>&a;</tmx>', "tmx_entities"),
        (memory(unit(en="a", fr="b"))[:-20], "tmx_damaged"),
        (memory(unit(en="a \x01", fr="b")), "tmx_damaged"),
        (b'<?xml version="1.0" encoding="klingon"?><tmx/>', "tmx_damaged"),
        (b"<tmx><body></body></tmx>", "too_few_pairs"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(LabError) as refused:
        read_pairs(data)
    assert refused.value.code == code


def test_units_are_limited_and_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    data = memory(*(unit(en=f"sentence {n} " * 5, fr=f"phrase {n} " * 5) for n in range(3000)))
    tracemalloc.start()
    assert sum(1 for _ in segments(BytesIO(data))) == 3000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * len(data), "a tree of all units would take many times the file"
    monkeypatch.setattr(limits, "UPLOAD_LINES", 100)
    with pytest.raises(LabError, match="100"):
        read_tmx(data)
