"""Hostile PDFs: a row each of name, how it is made, and how its reading may end."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator

from hostile_building import (
    ANY,
    MEGABYTE,
    PARTIAL,
    READ,
    REFUSED,
    TEXT,
    Row,
    bomb,
    build_pdf,
    flate,
    many_pages,
    one_page,
    stream,
    tree,
)
from pdf_samples import BODY, add_script_and_attachment, encrypt_pdf, make_pdf, make_scan


def list_structure() -> Iterator[Row]:
    good = one_page()
    yield "page tree: a node is its own child", lambda: tree(b"[2 0 R]"), ANY
    yield (
        "page tree: two nodes hold each other",
        lambda: tree(b"[6 0 R]", o6=b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
        ANY,
    )
    yield "page tree: a page and a loop", lambda: tree(b"[3 0 R 2 0 R]", b"2"), ANY
    yield "page tree: the same page a thousand times", lambda: tree(b"[" + b"3 0 R " * 1000 + b"]", b"1000"), ANY
    yield "page tree: count of two thousand million", lambda: tree(b"[3 0 R]", b"2147483647"), ANY
    yield "page tree: negative count", lambda: tree(b"[3 0 R]", b"-5"), ANY
    yield "page tree: no children", lambda: tree(b"[]", b"0"), REFUSED
    yield "page tree: children that do not exist", lambda: tree(b"[90 0 R 91 0 R]", b"2"), ANY
    yield "page tree: nested 3,000 deep", _deep_tree, ANY
    yield (
        "page tree: parent loop",
        lambda: tree(b"[3 0 R]", o2=b"<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>"),
        ANY,
    )
    yield "xref: points beyond the end", lambda: good.replace(b"startxref\n", b"startxref\n99"), ANY
    yield "xref: points at itself as the one before", lambda: _loop_xref(good), ANY
    yield "xref: all entries wrong", lambda: _shift_xref(good), ANY
    yield "xref: none", lambda: good[: good.index(b"xref\n0")] + b"%%EOF", ANY
    yield "xref: a table of fifty million", lambda: good.replace(b"xref\n0 6", b"xref\n0 50000000"), ANY
    yield "xref stream: widths of 255 bytes", lambda: _xref_stream(b"[255 255 255]"), ANY
    yield "xref stream: index of two thousand million", lambda: _xref_stream(b"[1 4 2]", b"/Index [0 2147483647] "), ANY
    yield "trailer: root that is a number", lambda: good.replace(b"/Root 1 0 R", b"/Root 5    "), ANY
    yield "trailer: root that is its own", lambda: build_pdf({1: b"1 0 R"}), REFUSED
    yield "object: arrays nested 100,000 deep", lambda: one_page(page=b"/X " + b"[" * 100_000 + b"]" * 100_000), ANY
    yield (
        "object: dictionaries nested 20,000 deep",
        lambda: one_page(page=b"/X " + b"<< /A " * 20_000 + b">> " * 20_000),
        ANY,
    )
    yield "object: a name of a million letters", lambda: one_page(page=b"/" + b"A" * MEGABYTE + b" 1 "), ANY
    yield "object: indirect length that is its own stream", lambda: one_page(stream(TEXT, length=b"4 0 R")), ANY
    yield "object: streams that hold each other", _object_stream_loop, ANY


def _deep_tree() -> bytes:
    nodes = {
        f"o{i}": b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (i - 1, i + 1) for i in range(6, 3006)
    }
    return tree(b"[6 0 R]", **nodes)


def _loop_xref(good: bytes) -> bytes:
    at = good.index(b"xref\n0")
    return good.replace(b"trailer\n<< ", b"trailer\n<< /Prev %d " % at)


def _shift_xref(good: bytes) -> bytes:
    at = good.index(b"xref\n0")
    return good[:at] + good[at:].replace(b"000000", b"000077")


def _xref_stream(widths: bytes, extra: bytes = b"") -> bytes:
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    table = stream(b"\x01\x00\x00\x00\x09\x00\x00" * 9, b"/Type /XRef /Size 9 /Root 1 0 R /W " + widths + b" " + extra)
    return body + b"3 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(body)


def _object_stream_loop() -> bytes:
    inner = stream(b"7 0 << /A 8 0 R >>", b"/Type /ObjStm /N 1 /First 4 /Extends 7 0 R ")
    return one_page(
        o6=inner, o7=stream(b"6 0 6 0 R", b"/Type /ObjStm /N 1 /First 4 /Extends 6 0 R "), page=b"/X 7 0 R "
    )


def list_truncated() -> Iterator[Row]:
    good = make_pdf([list(BODY)] * 3)
    for percent in (1, 5, 20, 40, 60, 80, 90, 95, 99):
        yield f"cut off at {percent} percent", lambda p=percent: good[: max(len(good) * p // 100, 9)], ANY
    yield "first half missing", lambda: b"%PDF-1.7\n" + good[len(good) // 2 :], ANY
    yield "every 97th byte wrong", lambda: bytes(b ^ 0xFF if i % 97 == 96 else b for i, b in enumerate(good)), ANY
    yield "line ends changed by mail", lambda: good.replace(b"\n", b"\r\n"), ANY
    yield "length of a stream too long", lambda: one_page(stream(TEXT, length=b"999999")), ANY
    yield "length of a stream too short", lambda: one_page(stream(TEXT, length=b"3")), ANY
    yield "length of a stream negative", lambda: one_page(stream(TEXT, length=b"-1")), ANY
    yield (
        "stream with a wrong checksum",
        lambda: one_page(stream(zlib.compress(TEXT)[:-3] + b"abc", b"/Filter /FlateDecode ")),
        ANY,
    )
    yield "stream with an unknown filter", lambda: one_page(stream(TEXT, b"/Filter /NoSuchDecode ")), ANY
    yield "header only", lambda: b"%PDF-1.7\n", REFUSED
    yield "random bytes behind a header", lambda: b"%PDF-1.7\n" + random.Random(7).randbytes(50_000), REFUSED


def list_bombs() -> Iterator[Row]:
    packed = b"/Filter /FlateDecode "
    yield "flate bomb of 600 MB", lambda: one_page(stream(bomb(600), packed)), ANY, True, ""
    yield (
        "flate bomb within a flate bomb",
        lambda: one_page(stream(zlib.compress(bomb(400), 9), b"/Filter [/FlateDecode /FlateDecode] ")),
        ANY,
        True,
        "",
    )
    yield (
        "content of six million text operators",
        lambda: one_page(stream(bomb(60, b"(x) Tj 1 0 Td "), packed)),
        ANY,
        True,
        "",
    )
    yield "content of 40 MB of open states", lambda: one_page(stream(bomb(40, b"q "), packed)), ANY, True, ""
    yield "a form that draws itself", lambda: _forms({6: b"/X6 6 0 R"}, b"/X6 Do"), ANY
    yield "two forms that draw each other", lambda: _forms({6: b"/X7 7 0 R", 7: b"/X6 6 0 R"}, b"/X6 Do"), ANY
    yield "forms that draw the next ten times, nine deep", _fan_of_forms, ANY, True, ""
    yield "a pattern that is filled with itself", lambda: one_page(
        stream(b"/Pattern cs /P1 scn 0 0 612 792 re f " + TEXT), resources=b"/Pattern << /P1 6 0 R >> ",
        o6=stream(b"/Pattern cs /P1 scn 0 0 9 9 re f", b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 0.001 "
                  b"/YStep 0.001 /Resources << /Pattern << /P1 6 0 R >> >> "),
    ), ANY  # fmt: skip
    yield (
        "a predictor with two thousand million columns",
        lambda: one_page(flate(TEXT, b"/DecodeParms << /Predictor 12 /Columns 2147483647 >> ")),
        ANY,
    )
    yield (
        "thirty filters on one stream",
        lambda: one_page(stream(TEXT, b"/Filter [" + b"/ASCIIHexDecode " * 30 + b"] ")),
        ANY,
    )
    yield "a type 4 function without end", lambda: one_page(
        stream(b"/CS1 cs 0.5 scn 0 0 600 700 re f " + TEXT), resources=b"/ColorSpace << /CS1 [/Separation /A /DeviceRGB 6 0 R] >> ",
        o6=stream(b"{ " + b"{ dup } " * 20_000 + b"}", b"/FunctionType 4 /Domain [0 1] /Range [0 1 0 1 0 1] "),
    ), ANY  # fmt: skip


def _forms(uses: dict[int, bytes], content: bytes, times: int = 1) -> bytes:
    forms = {
        f"o{n}": stream(
            b" ".join(b"/X%s Do" % u.split(b" ")[0][2:] for u in [use]) + b" " * times + TEXT,
            b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << "
            + use
            + b" >> /Font << /F1 5 0 R >> >> ",
        )
        for n, use in uses.items()
    }
    return one_page(stream(content), resources=b"/XObject << /X6 6 0 R >> ", **forms)


def _fan_of_forms() -> bytes:
    forms = {
        f"o{n}": stream(
            b"/X Do " * 10 if n < 15 else TEXT,
            b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X %d 0 R >> /Font << /F1 5 0 R >> >> "
            % min(n + 1, 15),
        )
        for n in range(6, 16)
    }
    return one_page(stream(b"/X6 Do"), resources=b"/XObject << /X6 6 0 R >> ", **forms)


def list_pages() -> Iterator[Row]:
    yield "10,000 pages", lambda: many_pages(10_000), PARTIAL, True, "Only the first"
    yield "page box of a million miles", lambda: one_page(box=b"[0 0 1e15 1e15]"), ANY
    yield "page box of 20,000 points with little on it", lambda: one_page(box=b"[0 0 20000 20000]"), ANY
    yield "page box with no width", lambda: one_page(box=b"[0 0 0 792]"), ANY
    yield "page box upside down", lambda: one_page(box=b"[612 792 0 0]"), ANY
    yield "page box of words", lambda: one_page(box=b"[/a (b) null 3]"), ANY
    yield "page turned by 45 degrees", lambda: one_page(page=b"/Rotate 45 "), ANY
    yield "user unit of a thousand million", lambda: one_page(page=b"/UserUnit 1000000000 "), ANY
    yield "crop box beside the page", lambda: one_page(page=b"/CropBox [5000 5000 6000 6000] "), ANY
    yield (
        "contents of 50,000 streams",
        lambda: one_page(b"[" + b"6 0 R " * 50_000 + b"]", o6=stream(TEXT)),
        ANY,
        True,
        "",
    )
    yield (
        "one page with 300,000 characters",
        lambda: one_page(
            flate(
                b"BT /F1 9 Tf 72 700 Td " + b"(The lease was signed and the roof leaked.) Tj 0 -9 Td " * 7500 + b"ET"
            ),
            box=b"[0 -70000 612 792]",
        ),
        ANY,
        True,
        "",
    )
    yield (
        "numbers that overflow",
        lambda: one_page(stream(b"BT /F1 1e30 Tf 1e38 -1e38 Td (far away) Tj ET " + TEXT)),
        ANY,
    )


def list_fonts_and_pictures() -> Iterator[Row]:
    described = b"<< /Type /Font /Subtype /TrueType /BaseFont /Bad /FirstChar 0 /LastChar 255 /FontDescriptor 6 0 R >>"
    descriptor = b"<< /Type /FontDescriptor /FontName /Bad /Flags 4 /FontFile2 7 0 R >>"
    noise = random.Random(3).randbytes(4000)
    yield "font file of noise", lambda: one_page(font=described, o6=descriptor, o7=flate(noise)), ANY
    yield (
        "font file with tables beyond its end",
        lambda: one_page(
            font=described, o6=descriptor, o7=flate(b"\x00\x01\x00\x00\xff\xff" + b"glyf" + b"\xff" * 4000)
        ),
        ANY,
    )
    yield (
        "font that is its own descendant",
        lambda: one_page(
            font=b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [5 0 R] >>"
        ),
        ANY,
    )
    yield "type 3 font whose letter writes itself", lambda: one_page(
        font=b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 /LastChar 122 /Widths [9] "
             b"/Encoding << /Differences [65 /A] >> /CharProcs << /A 6 0 R >> /Resources << /Font << /F1 5 0 R >> >> >>",
        o6=stream(b"9 0 d0 BT /F1 9 Tf (A) Tj ET"),
    ), ANY  # fmt: skip
    yield "character map of ten million", lambda: one_page(
        font=b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 6 0 R /DescendantFonts [7 0 R] >>",
        o6=flate(b"begincmap 1 begincodespacerange <0000> <ffffffff> endcodespacerange 1 beginbfrange "
                 b"<00000000> <00989680> <0041> endbfrange endcmap"),
        o7=b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (A) /Ordering (I) /Supplement 0 >> >>",
    ), ANY  # fmt: skip
    yield (
        "picture of 100,000 by 100,000",
        lambda: _picture(b"/Width 100000 /Height 100000 ", zlib.compress(b"\0" * 1000)),
        ANY,
        True,
        "",
    )
    yield (
        "picture that unpacks to 500 MB",
        lambda: _picture(b"/Width 22000 /Height 22000 ", bomb(480, b"\0")),
        ANY,
        True,
        "",
    )
    yield "picture with a negative width", lambda: _picture(b"/Width -5 /Height 5 ", zlib.compress(b"\0" * 25)), ANY
    yield (
        "picture that is its own mask",
        lambda: _picture(b"/Width 5 /Height 5 /SMask 6 0 R ", zlib.compress(b"\0" * 25)),
        ANY,
    )
    yield "scan of noise", lambda: make_scan([], blank=True)[:-700] + noise, ANY, True, ""


def _picture(size: bytes, packed: bytes) -> bytes:
    head = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode "
    return one_page(
        stream(b"q 612 0 0 792 0 0 cm /X6 Do Q"), resources=b"/XObject << /X6 6 0 R >> ", o6=stream(packed, head + size)
    )


def list_active() -> Iterator[Row]:
    plain = make_pdf([list(BODY)])
    yield "JavaScript and an attachment", lambda: add_script_and_attachment(plain), READ, False, "JavaScript"
    yield (
        "form fields",
        lambda: one_page(catalog=b"/AcroForm << /Fields [] /XFA 6 0 R >> ", o6=stream(b"<xdp/>")),
        READ,
        False,
        "form",
    )
    yield (
        "starts a program on opening",
        lambda: one_page(catalog=b"/OpenAction << /S /Launch /F (calc.exe) >> "),
        READ,
        False,
        "action",
    )
    yield (
        "sends itself away on opening",
        lambda: one_page(page=b"/AA << /O << /S /URI /URI (http://127.0.0.1:9/) >> >> "),
        READ,
        False,
        "action",
    )
    yield "content in a file elsewhere", lambda: one_page(stream(b"", b"/F (/etc/passwd) ")), ANY
    yield "encrypted, password unknown", lambda: encrypt_pdf(plain, "correct horse"), REFUSED
    yield "encrypted by a filter that no one has", lambda: build_pdf(
        {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>", 3: b"<< /Filter /None /V 99 /R 99 >>"},
        trailer=b"/Encrypt 3 0 R ",
    ), REFUSED  # fmt: skip
    yield (
        "names tree that is its own child",
        lambda: one_page(catalog=b"/Names << /EmbeddedFiles 6 0 R /JavaScript 6 0 R >> ", o6=b"<< /Kids [6 0 R] >>"),
        READ,
        False,
        "attached",
    )
    yield (
        "bookmarks in a loop",
        lambda: one_page(
            catalog=b"/Outlines 6 0 R ",
            o6=b"<< /First 7 0 R /Last 7 0 R >>",
            o7=b"<< /Title (a) /Next 7 0 R /Parent 6 0 R >>",
        ),
        READ,
    )
