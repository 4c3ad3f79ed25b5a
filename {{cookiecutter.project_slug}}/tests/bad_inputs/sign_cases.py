"""Files in an encoding that nothing says, that is said wrongly, or that changes."""

from __future__ import annotations

from collections.abc import Sequence

from bad_inputs.case import Case, Loaded, Refused, orders

HEADING = "no,who,when,total,city\n"
STATED = "State the file's `encoding:`, for example gb18030, utf-8 or latin-1."
# Words in which letters beyond ASCII stand as they do in a client's own text.
WORDS = {
    "pt": ("Promoção", "São Paulo", "Alimentação"),
    "fi": ("Jyväskylä", "määrä", "pää", "työpöytä"),
    "de": ("Müllerstraße", "Köln", "Größe", "Ärzte"),
    "zh": ("北京市", "上海", "A座", "VIP会员", "李鑫淼"),
    "tw": ("臺北市", "高雄", "新竹市東區", "桃園", "陳小明", "林美玲"),
    "ja": ("東京都渋谷区", "カタカナ", "ひらがな", "大阪", "鈴木", "佐藤"),
    "ko": ("서울특별시", "부산", "김철수", "이영희", "대구광역시", "박지민", "최수진", "인천", "제주도"),
    "ru": ("Москва", "Санкт-Петербург", "Казань", "Новосибирск", "Тула"),
    "pl": ("Łódź", "Ziółkowski", "Wąsik", "Częstochowa", "żółw", "Wałbrzych", "Białystok"),
}


def text_of(words: Sequence[str]) -> str:
    """Twenty orders whose cities are these words in turn."""
    return HEADING + "".join(f"{i:02},C{i},2024-01-05,1,{words[i % len(words)]}\n" for i in range(20))


def cities(words: Sequence[str]) -> Loaded:
    """The cities as they were sent."""
    return Loaded(tuple((f"{i:02}", words[i % len(words)]) for i in range(20)), shown=("order_id", "city"))


def read(name: str, wrong: str, words: str, encoding: str, said: str = "auto") -> Case:
    """Text that comes out as it was sent."""
    content = {"a.csv": text_of(WORDS[words]).encode(encoding)}
    return Case(name, wrong, content, cities(WORDS[words]), [orders(encoding=said)])


def asked(name: str, wrong: str, words: str, encoding: str, candidates: str) -> Case:
    """Text that would come out garbled, and is asked about."""
    sentence = f"data/raw/a.csv: the encoding cannot be told: it may be {candidates}. State the file's `encoding:`."
    return Case(name, wrong, {"a.csv": text_of(WORDS[words]).encode(encoding)}, Refused((sentence,)))


def case(
    name: str, wrong: str, content: bytes, outcome: Loaded | str, said: str = "auto", *, late: bool = False
) -> Case:
    """A case of one file; a sentence where it is refused."""
    expected = Refused((f"data/raw/a.csv{outcome}",), late) if isinstance(outcome, str) else outcome
    return Case(name, wrong, {"a.csv": content}, expected, [orders(encoding=said)])


DE, ZH = text_of(WORDS["de"]), text_of(WORDS["zh"])
GARBLED = "the text is UTF-8, and `encoding: {}` would garble it. Leave `encoding:` out, or say utf-8."
MIXED = "some lines are UTF-8 and others are not. Ask for the file in one encoding, or part it where that changes."
CASES = (
    read("GB18030", "Chinese as Windows writes it.", "zh", "gb18030"),
    read("Portuguese in Windows-1252", "çã and õe stand together as bytes of Chinese do.", "pt", "cp1252"),
    read("Finnish in Windows-1252", "ää and öy stand together as bytes of Chinese do.", "fi", "cp1252"),
    read("UTF-16 without a mark", "Every second byte is zero.", "zh", "utf-16-be"),
    read("UTF-32 without a mark", "Three of four bytes are zero.", "zh", "utf-32-le"),
    read("Big5, stated", "Traditional Chinese, and engagement.yml says so.", "tw", "big5", "big5"),
    asked("Big5, not stated", "Traditional Chinese would come out as accents and signs.", "tw", "big5",
          "big5 (traditional Chinese)"),
    asked("Shift JIS, not stated", "Japanese would come out as accents or rare Chinese.", "ja", "shift_jis",
          "cp1251 (Cyrillic), big5 (traditional Chinese) or shift_jis (Japanese)"),
    asked("EUC-JP, not stated", "Japanese would come out as Chinese with Japanese syllables.", "ja", "euc_jp",
          "euc_jp (Japanese)"),
    asked("EUC-KR, not stated", "Korean would come out as Chinese.", "ko", "euc_kr",
          "euc_kr (Korean), or gb18030 (Chinese)"),
    asked("Windows-1251, not stated", "Russian would come out as accents or rare Chinese.", "ru", "cp1251",
          "cp1251 (Cyrillic), iso8859_7 (Greek) or another alphabet"),
    asked("Windows-1250, not stated", "Polish would come out with signs within its words.", "pl", "cp1250",
          "cp1250 (Central European), mac_roman or cp850"),
    case("one line in another encoding", "One city of a UTF-8 file is written in Latin-1.",
         DE.encode() + "99,C,2024-01-05,1,Zürich\n".encode("latin-1"),
         Loaded(20, {"not text in this encoding": 1}, (22,))),
    case("two encodings in one file", "The first half is UTF-8, the second GB18030.",
         DE.encode() + ZH.encode("gb18030"), f": {MIXED}"),
    case("Latin-1, then UTF-8", "A system was moved to UTF-8 and went on writing into the file.",
         DE.encode("latin-1") + DE.encode(), f": {MIXED}"),
    case("UTF-8 stated, GB18030 sent", "Every name would be lost.", ZH.encode("gb18030"),
         ", line 2: 20 of 20 rows hold characters that do not belong to the file's encoding. "
         "State the file's `encoding:`, for example gb18030 or latin-1.", "utf-8", late=True),
    case("GB18030 stated, UTF-8 sent", "Every name would be garbled.", ZH.encode(),
         f": {GARBLED.format('gb18030')}", "gb18030"),
    case("Latin-1 stated, UTF-8 sent", "Every name would be garbled.", DE.encode(),
         f": {GARBLED.format('latin-1')}", "latin-1"),
    case("UTF-16 stated, UTF-8 sent", "The bytes are no pairs.", DE.encode(),
         ": the file is not utf-16. Leave `encoding:` out, or state the right one.", "utf-16"),
    case("UTF-16 cut off", "The last character has one byte of two.", ZH.encode("utf-16")[:-1],
         f", line 21: a character is not valid utf-16. {STATED}", late=True),
    case("UTF-8 mark, GB18030 text", "A program put a mark before text that it did not convert.",
         b"\xef\xbb\xbf" + ZH.encode("gb18030"),
         ", line 2: 20 of 20 rows hold characters that do not belong to the file's encoding. "
         "State the file's `encoding:`, for example gb18030 or latin-1.", late=True),
    case("byte order mark within the file", "Two files with marks and without headings were put together.",
         ("\ufeff" + HEADING + "1,a,2024-01-05,1,b\n\ufeff2,a,2024-01-05,1,b\n").encode(),
         Loaded((("1", "b"), ("2", "b")), shown=("order_id", "city"))),
    case("two byte order marks", "A mark was put before a mark.",
         ("\ufeff\ufeff" + HEADING + "1,a,2024-01-05,1,b\n").encode(),
         Loaded((("1", "b"),), shown=("order_id", "city"))),
    case("rare characters and emoji", "Characters of four bytes, joined and coloured ones.",
         (HEADING + "1,a,2024-01-05,1,𠮷野家👨\u200d👩\u200d👧\n").encode(),
         Loaded((("1", "𠮷野家👨\u200d👩\u200d👧"),), shown=("order_id", "city"))),
    case("garbled before it came", "The export itself holds question marks in diamonds.",
         (HEADING + "1,a,2024-01-05,1,M\ufffdnchen\n").encode(),
         Loaded((("1", "M\ufffdnchen"),), shown=("order_id", "city"))),
    case("EBCDIC", "A mainframe wrote the file.", DE.encode("cp037"),
         ": the encoding cannot be told: it may be cp1251 (Cyrillic), iso8859_7 (Greek) or another alphabet. "
         "State the file's `encoding:`."),
    case("random bytes", "This was never text.", bytes((i * 37 + i // 7) % 256 for i in range(5000)),
         ": this is no text, or text in an encoding that must be stated. "
         "Ask for the data as CSV or Excel, or state the file's `encoding:`."),
)  # fmt: skip
