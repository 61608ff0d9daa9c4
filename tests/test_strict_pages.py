"""Pages of tests are parsed strictly, also those that look like others which were parsed before."""

from __future__ import annotations

from xml.etree.ElementTree import tostring

import html5lib
import pytest

from tests.support import strict_html

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>A &amp; B</title>
  <script type="module" src="/a.js"></script>
</head>
<body>
  <main id="main"><h1>Prices</h1><p>One <b>bed</b> &lt;ward&gt;</p>
    <ul><li>one</li><li><a href="/a?b&amp;c">two</a></li></ul>
    <table><caption>All</caption><tbody><tr><th>a</th><td>1</td></tr></tbody></table>
    <form method="post"><input type="hidden" name="t" value="1"><label for="x">X</label>
      <textarea id="x" name="x">
&lt;b&gt;</textarea><button>Go</button></form>
    <svg viewBox="0 0 1 1"><rect width="1" height="1"/></svg>
  </main>
</body>
</html>
"""

MISTAKES = {
    "a control in a table": ("<tr>", '<tr><input type="text">'),
    "a list in a paragraph": ("<b>bed</b>", "<ul><li>one</li></ul>"),
    "a link in a link": ("two</a>", '<a href="/">two</a></a>'),
    "a form in a form": ("<button>Go</button>", "<form></form>"),
    "an attribute twice": ('<main id="main">', '<main id="main" id="other">'),
    "no space between attributes": ('type="hidden" name', 'type="hidden"name'),
    "an element that is not closed": ("</b>", ""),
    "elements that are closed in another order": ("bed</b> &lt;ward&gt;</p>", "bed</p></b>"),
    "an end of nothing": ("</main>", "</main></div>"),
    "an end with attributes": ("</main>", '</main class="a">'),
    "the end of a script with attributes": ("</script>", "</script a></script>"),
    "a solidus where there is an end": ("<button>", "<button/>"),
    "a bare ampersand": ("A &amp; B", "A &B; B"),
    "a reference to no character": ("A &amp;", "A &#x110000;"),
    "a control character": ("Prices", "Pri\x01ces"),
    "a second head": ("</head>", "</head><head></head>"),
    "a second body": ("</body>", "</body><body></body>"),
    "something after the end": ("</html>", "</html><p>x</p>"),
    "no doctype": ("<!doctype html>\n", ""),
}


def test_a_page_that_is_like_another_has_the_same_tree_as_when_it_is_parsed_in_full() -> None:
    strict_html.parsed(PAGE)
    other = (
        PAGE.replace("<li>one</li>", "<li>three</li>\n<li>four</li>")
        .replace("One <b>", "Two &quot;more&quot;\N{NO-BREAK SPACE}<b>")
        .replace('value="1"', 'value="2 &gt; 1" disabled')
    )
    full = html5lib.parse(other, namespaceHTMLElements=False)
    assert tostring(strict_html.parsed(other)) == tostring(full)
    built = strict_html._Page().built(other)
    assert built is not None
    assert tostring(built) == tostring(full)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_page_that_is_like_another_is_found(mistake: str) -> None:
    strict_html.parsed(PAGE)
    right, wrong = MISTAKES[mistake]
    assert right in PAGE
    with pytest.raises(html5lib.html5parser.ParseError):
        strict_html.parsed(PAGE.replace(right, wrong, 1))
