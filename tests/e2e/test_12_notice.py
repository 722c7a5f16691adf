"""What the shipped files cite of the city's notice is what the published notice says."""
import pathlib
import re

import pytest

from harness import ROOT

ROOT = pathlib.Path(ROOT)
CITED = re.compile(r"第([一二三四五六七八九十]+)条(?:[((]([^))]+)[))])?")
NUMERALS = re.compile(r"[一二三四五六七八九十]+")


def articles():
    """article -> its text, without blanks and line ends. The published text misprints 第三条 as 笫三条."""
    text = (ROOT / "samples/mechanism-notice.txt").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^[第笫]([一二三四五六七八九十]+)条\s", text)
    return {n: re.sub(r"\s", "", body) for n, body in zip(parts[1::2], parts[2::2])}


ARTICLES = articles()
FILES = sorted([*(ROOT / "config/zhangping").glob("*.yaml"), *(ROOT / "config/schema").glob("*.json"),
                *(ROOT / "src").glob("**/*.[ch]"), *(ROOT / "src").glob("**/*.def"), *(ROOT / "docs").glob("*.md")])


def wrong(article, clause):
    """What is wrong with this citation; None: nothing."""
    if article not in ARTICLES:
        return f"there is no 第{article}条"
    if clause and NUMERALS.fullmatch(clause) and f"({clause})" not in ARTICLES[article]:
        return f"第{article}条 has no ({clause})"
    return None


def test_the_notice_has_fourteen_articles():
    assert list(ARTICLES) == "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四".split()
    assert "(三)" in ARTICLES["九"] and "(二)" not in ARTICLES["九"]


@pytest.mark.parametrize("article,clause,is_wrong", [("九", "三", False), ("九", "二", True), ("十五", None, True),
                                                     ("八", "二", False), ("九", "市公安局", False)])
def test_a_citation_that_is_wrong_is_found(article, clause, is_wrong):
    assert bool(wrong(article, clause)) == is_wrong


def test_each_article_and_clause_that_is_cited_exists():
    found, cited = [], 0
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        for m in CITED.finditer(text):
            cited += 1
            if why := wrong(m[1], m[2]):
                found.append((str(file.relative_to(ROOT)), text.count("\n", 0, m.start()) + 1, why))
    assert found == []
    assert cited > 100


def test_what_a_rule_says_of_the_police_stands_in_the_notice():
    """第九条(市公安局): the words behind the citation are those of the article."""
    text = (ROOT / "config/zhangping/routing.yaml").read_text(encoding="utf-8")
    claims = re.findall(r"because: 第九条\(市公安局\):(?:对民警、辅警)?([^,;,。\n]+?)由公安", text)
    assert len(claims) >= 3
    for claim in claims:
        for part in re.split(r"、(?=治安类)", claim.removeprefix("的")):
            assert part.removesuffix("的投诉") in ARTICLES["九"], part


def test_what_a_comment_quotes_behind_an_article_stands_in_the_notice():
    notice, quotes = "".join(ARTICLES.values()), []
    for file in sorted((ROOT / "config/zhangping").glob("*.yaml")):
        comments = re.sub(r"\n *# ?", "", file.read_text(encoding="utf-8"))
        quotes += re.findall(r"第[一二三四五六七八九十]+条[^“”\n]{0,12}“([^”]{6,})”", comments)
    assert len(quotes) >= 5
    assert [q for q in quotes if re.sub(r"\s", "", q) not in notice] == []
