"""Who wrote a message, as far as it says so: “my name is …”, or the name that a chat puts before what is copied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from estimator.requests.chat import countries, lines, relatives

TOLD = (
    "my name is",
    "my name['’]?s",
    "je m['’ ]?appelle",
    "mon nom est",
    "me llamo",
    "mi nombre es",
    "меня зовут",
    "мо[её] имя",
    "اسمي(?: هو)?",
    "मेरा नाम",
    "আমার নাম",
)
"""What stands before a name, and before nothing else."""

HINTED = (
    "i am|i['’]m|this is|it['’]?s me",
    "je suis|moi,? c['’ ]?est",
    "soy|aquí|(?:le|les) (?:escribe|habla|saluda)",
    "(?:вам )?пишет",
)
"""What stands before many other things as well: only words with a capital letter are a name after it."""

GREETING = (
    "hello|hi|bonjour|bonsoir|salut|allô|hola|buenos días|buenas tardes|здравствуйте|добрый день|добрый вечер"
)

BEGINNING = (r"c['’ ]?est(?:\smoi,?)?|ici", "это|я")
"""What stands before a name at the beginning of a sentence: two words with a capital letter, behind a greeting one."""

BEHIND = "here|ici|aquí|al habla|на связи"
"""What stands behind a name that begins a line."""

CLOSINGS = (
    "(?:(?:best|kind|warm) )?regards|sincerely|yours(?: (?:sincerely|truly|faithfully))?",
    "(?:bien )?cordialement|(?:mes )?(?:sincères )?salutations|bien à vous",
    "(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente",
    "с уважением",
)
"""What stands before a name at the end of a message: words with a capital letter up to the end of a line are one."""

THANKS = (
    r"(?:many )?thanks|thank you(?: very much| so much)?|merci(?: beaucoup| d['’]avance)?|(?:muchas )?gracias|"
    r"(?:большое )?спасибо"
)
"""What stands before a name of two words or three with which a message ends, behind a comma, a stop or a new line."""

OF_PATIENTS = (
    relatives.ENGLISH,
    relatives.FRENCH,
    relatives.SPANISH,
    relatives.RUSSIAN,
    *relatives.RELATIVE_OF,
    *relatives.FRIENDS,
)
"""What stands before the name of a patient: only words with a capital letter are a name after it."""

_PATIENT = "|".join(OF_PATIENTS)

NAMED_PATIENT = (
    "(?:his|her) name is",
    "(?:il|elle|qui) s['’ ]?appelle",
    "se llama",
    "(?:его|е[её]) зовут",
    "اسمه",
    "اسمها",
    "(?:उसका|उनका|जिनका) नाम",
    "(?:তার|তাঁর|ওর) নাম",
    rf"(?:{_PATIENT})['’]s name is",
    rf"(?:{_PATIENT}),? (?:(?:is|who is|who['’]s) )?(?:called|named)",
    rf"(?:{_PATIENT}),? (?:(?:qui )?(?:s['’ ]?appelle|se nomme)|nommée?|prénommée?|appelée?|du nom de)",
    rf"(?:{_PATIENT}),? (?:(?:que )?se llama|llamad[oa]|de nombre)",
    rf"(?:{_PATIENT}),? по имени",
    rf"(?:{relatives.RUSSIAN_DECLINED}) зовут",
    rf"(?:the name of|le (?:pré)?nom de|el nombre de) (?:{_PATIENT}) (?:is|est|es)",
    rf"имя (?:{relatives.RUSSIAN_DECLINED})(?: —| –| -)?",
    rf"اسم (?:{relatives.ARABIC})(?: هو)?",
    rf"(?:{relatives.ARABIC})،? (?:اسم(?:ه|ها)|[يت]دعى|[يت]سمى)",
    rf"(?:{relatives.HINDI}) (?:का|की) नाम",
    rf"(?:{relatives.BENGALI_GENITIVE}) নাম",
)
"""What stands before the name of a patient, and before nothing else."""

WRITTEN_TO = (
    r"(?:contacting|writing(?: to)?|write to|turning to) you(?: today| again)?",
    r"vous (?:contact|écri|ecri|sollicit|adress)[^\W\d_]{1,5}(?: (?:un|ce|cet) (?:message|mail|courriel))?",
    r"(?:les? escribo|contactar(?:le|les|los)|me (?:pongo|permito poner(?:me)?) en contacto con ustedes|"
    r"dirigirme a usted(?:es)?)",
    r"(?:обращаюсь к вам|пишу вам|вам пишу)",
)
"""What stands before a name between commas: of whoever writes, if what they have stands behind it, "Paul Sow, T10"."""

OF_THEMSELVES = (
    r"\d{1,3} (?:years?|y/?o|ans|años|лет|год)|(?:pati[eё]nt|паци)|t[ée]tra|quadri|cuadri|parapl|tetra|"
    r"пара(?:пл|лиз)|тетра|инвалид|(?:complete |incomplete )?[CTLSD]\d{1,2}\b|âgée?|aged|née? |born|nacid"
)
"""What somebody says of themselves behind their name, and of nobody whom they write to."""

TITLES = "dr|mr|mrs|ms|miss|mme|mlle|sr|sra|prof|docteure?|doctora?|professeur"

PARTICLES = frozenset("de del la las los da dos di du van von der bin ben ibn al el y abu".split())
"""Small words between those of a name."""

ENDS = frozenset(
    "and from i i'm i’m im we my et je j'ai j’ai nous mon ma y soy tengo vivo mi a и я из мне мы у меня "
    "من و أنا انا وأنا है हैं और मैं আমি এবং ও".split()
)
"""Words that follow a name and are no part of it."""

NOT_NAMES = frozenset(
    "is was has had have who with need needs in on at to for the an age aged old fell got met suffered suffers "
    "after since because not very so about here please help thanks thank hello hi dear sir madam god urgent "
    "interested regarding what how when his her our your patient sick injured ill paralysed paralyzed paraplegic "
    "quadriplegic tetraplegic disabled doctor hospital clinic citizen muslim hindu est avait été qui que depuis "
    "après pour avec sans dans votre notre s’il svp aide merci bonjour monsieur madame dieu malade blessé blessée "
    "paralysé paralysée paraplégique tétraplégique handicapé docteur hôpital clinique très está es tuvo tiene con "
    "por para desde después sin su ayuda favor gracias hola señor señora dios enfermo parapléjico tetrapléjico "
    "clínica muy urgente sci asia ais mri irm mrt usa uk uae trm ct sm ms phd ok usd eur inr fcfa dhs okay "
    "available great good news fine ready sure sorry happy glad also writing my married nurse teacher engineer "
    "student team sent tongue important given written confidential comme mon ma médecin marié mariée père mère "
    "infirmier infirmière étudiant étudiante équipe médico médica padre madre católico católica enfermera "
    "enfermero estudiante profesor casado casada equipo necesita menor mi не в на из для это как вам вас вы ваш "
    "ваша мама папа врач очень срочно болен больна живёт живет упал упала получил получила في على مذكور موجود "
    "مكتوب ليس هو هي كما आपको बताइए बताया नहीं मत है में लिखा আপনাকে গোপন বলবেন না আছে লেখা".split()
)
"""Words that are no names where a name can stand, with a capital letter or in a script that has none."""

WAW_NAMES = frozenset(
    "وليد وائل وسيم وفاء وداد ورد وردة وجدي وهيب وحيد ولاء وئام وسام وجيه وصال وعد ولد".split()
)
"""Arabic names that begin with the letter that is "and" before another word."""

MOST_WORDS = 4
"""Maximum number of words of a name."""

MOST_IN_CAPITALS = 2
"""Maximum number of words of a surname in capitals; of more, the message goes on in capitals."""

_WORD = r"[^\s\d.,;:!?…()\[\]{}<>\"“”«»।،؛؟|/\\@_*~]{1,40}"
_SPACE = "[ \t\u00a0]"
_PHRASE = re.compile(
    rf"(?<!\w)(?:(?P<told>{'|'.join(TOLD)})|(?:{'|'.join(HINTED)})){_SPACE}{{0,2}}:?{_SPACE}{{1,3}}"
    rf"(?:(?:{TITLES})\.?{_SPACE}{{1,3}})?",
    re.IGNORECASE,
)
_TITLE = rf"(?:(?:{TITLES})\.?{_SPACE}{{1,3}})?"
_PROPER = r"[^\W\d_a-zа-яё][\w'’-]{1,39}"
_GREETED = rf"(?<!\w)(?i:{GREETING})(?:{_SPACE}(?i:dr|docteur|doctor|доктор))?[,.!]?{_SPACE}{{1,3}}"
_BEGUN = rf"(?i:{'|'.join(BEGINNING)}){_SPACE}{{1,3}}"
_ENDED = rf"{_SPACE}{{0,2}}(?:[,.!:()\n]|$)(?![^.!\n]{{0,60}}\?)"
_WISHES = r"(?i:bon(?:ne)?|très|good|god|best|have|kind|warm|see|take|buen[ao]?s?|que|dios|хорошего|доброго|всего)\b"
_ABOUT = (
    re.compile(rf"{_GREETED}{_BEGUN}(?={_PROPER}{_ENDED})", re.MULTILINE),
    re.compile(
        rf"(?:^|[.!?\n]{_SPACE}{{0,3}}|{_GREETED}){_BEGUN}(?={_PROPER}{_SPACE}{_PROPER}{_ENDED})",
        re.MULTILINE,
    ),
    re.compile(
        rf"(?:^|(?<!\w)(?i:{GREETING})[,.!]?{_SPACE}{{1,3}})"
        rf"(?={_PROPER}(?:{_SPACE}{_PROPER}){{0,2}}{_SPACE}{{1,2}}(?i:{BEHIND})(?!\w)(?!{_SPACE}{{0,2}}[?\w]))",
        re.MULTILINE,
    ),
    re.compile(
        rf"(?<!\w)(?i:{'|'.join(CLOSINGS)})[,.!]?\s{{1,3}}(?i:{_TITLE})"
        rf"(?={_PROPER}(?:{_SPACE}{_PROPER}){{0,3}}{_SPACE}{{0,2}}[.!]?{_SPACE}{{0,2}}$)",
        re.MULTILINE,
    ),
    re.compile(
        rf"(?<!\w)(?i:{'|'.join(WRITTEN_TO)}),{_SPACE}{{1,3}}(?!(?i:{TITLES})\b)"
        rf"(?={_PROPER}(?:{_SPACE}{_PROPER}){{1,2}}{_SPACE}?,{_SPACE}{{1,3}}(?i:{OF_THEMSELVES}))"
    ),
    re.compile(
        rf"(?<!\w)(?i:{THANKS})(?:{_SPACE}?[,.!]{_SPACE}?\n?|\s?\n)\s{{0,3}}"
        rf"(?!{_WISHES}|(?i:{TITLES})\b)(?={_PROPER}(?:{_SPACE}{_PROPER}){{1,2}}\s{{0,2}}[.!]?\s{{0,3}}\Z)"
    ),
)
"""What stands before names that are told by what is around them."""

_PHRASE_OF_PATIENT = re.compile(
    rf"(?<!\w)(?:(?P<told>{'|'.join(NAMED_PATIENT)})|(?:{_PATIENT}))"
    rf"(?:{_SPACE}{{0,2}}[(«“\"]{_SPACE}?|,?{_SPACE}{{0,2}}:?{_SPACE}{{1,3}})"
    rf"(?:(?:{TITLES})\.?{_SPACE}{{1,3}})?",
    re.IGNORECASE,
)
_IN_SHORT = re.compile(r"(?<!\w)(md|mohd|mst|sk)\.(?=\s[^\W\d_])", re.IGNORECASE)
"""Parts of names that are written in short, and end no sentence."""

_WORDS = re.compile(rf"{_WORD}(?:{_SPACE}{{1,3}}{_WORD}){{0,{2 * MOST_WORDS}}}")


def names_in(text: str, *, most: int) -> list[str]:
    """Return the names by which a message says who wrote it, each once, at most so many; in time linear in the text.

    Where nothing shows how many words belong to a name, the first and the first two are returned, and with and without
    a place that may be a part of it, “Lucía Fernández de Guadalajara”.
    """
    text = _IN_SHORT.sub(r"\1", text)
    found = (*_told(text, most, _PHRASE), *_around(text, most), *lines.senders(text, most=most))
    return list(dict.fromkeys(found))[:most]


def patients_in(text: str, *, most: int) -> list[str]:
    """Return the names of those for whom somebody asks, “my brother Paul”, each once, at most so many."""
    return list(dict.fromkeys(_told(_IN_SHORT.sub(r"\1", text), most, _PHRASE_OF_PATIENT)))[:most]


def _around(text: str, most: int) -> Iterator[str]:
    for pattern in _ABOUT:
        for phrase in islice(pattern.finditer(text), most):
            if words := _WORDS.match(text, phrase.end()):
                yield from _of_proper(words[0].split())


def _told(text: str, most: int, before: re.Pattern[str]) -> Iterator[str]:
    found = 0
    for phrase in before.finditer(text):
        words = _WORDS.match(text, phrase.end())
        if words is None:
            continue
        ended = text[words.end() : words.end() + 1] not in (" ", "\t", "\u00a0")
        names = list(_read(words[0].split(), told=phrase["told"] is not None, ended=ended))
        yield from names
        found += len(names)
        if found >= most:
            return


def _read(words: Sequence[str], *, told: bool, ended: bool) -> Iterator[str]:
    """Yield what may be the name at the beginning of some words; `ended` if their sentence ends behind them."""
    if not told:
        yield from _of_proper(words)
        return
    if words[0].casefold() in NOT_NAMES:
        return
    if _is_proper(words[0]):
        yield " ".join(_proper(words))
        return
    end = next((number for number, word in enumerate(words) if _ends(word, first=not number)), None)
    name = words[:end]
    if 0 < len(name) <= MOST_WORDS and (ended or end is not None):
        yield " ".join(name)
    elif name and name[0].lower() == name[0].upper():  # a script without capital letters
        yield name[0]
        yield " ".join(name[:2])


def _of_proper(words: Sequence[str]) -> Iterator[str]:
    """Yield a name of which only its capital letters tell; no country and nobody who is of one, "I am Indian"."""
    if not _is_proper(words[0]) or countries.is_of_one(words[0]) or words[0].endswith(("'s", "’s")):
        return
    if len(words[0]) > len("King") and words[0].endswith("ing"):  # "I Am Looking For"
        return
    name = _proper(words)
    if len(name) > 2 and name[-2] == "de":  # where they live, or a part of the name
        yield " ".join(name[:-2])
        if countries.is_of_one(name[-1]):
            return
    yield " ".join(name)


def _proper(words: Sequence[str]) -> Sequence[str]:
    """Return the words with capital letters at the beginning, those between them, and a surname in capitals."""
    end = 1
    for number, word in enumerate(words[1 : 2 * MOST_WORDS], 1):
        if _is_proper(word) and word.casefold() not in ENDS:
            end = number + 1
        elif word.casefold() not in PARTICLES:
            break
    capitals = list(takewhile(_is_in_capitals, words[end:]))
    return words[: end + len(capitals)] if len(capitals) <= MOST_IN_CAPITALS else words[:end]


def _is_proper(word: str) -> bool:
    return word[0].isupper() and len(word) > 1 and not word.isupper() and word.casefold() not in NOT_NAMES


def _is_in_capitals(word: str) -> bool:
    return word.isupper() and len(word) > 1 and word.casefold() not in NOT_NAMES | ENDS


def _ends(word: str, *, first: bool) -> bool:
    return word.casefold() in ENDS or (word.startswith("و") and not first and word not in WAW_NAMES)
