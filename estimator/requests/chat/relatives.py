"""Relatives whom a message speaks of ("my brother"), in the languages of patients, and whether it is for one."""

from __future__ import annotations

import re

from estimator.requests.chat.letters import END

_AS_ENGLISH = r"(?:(?:little|younger|youngest|older|oldest|elder|eldest|big|twin|dear|late)\s)?"
ENGLISH = (
    rf"my\s{_AS_ENGLISH}(?:step|grand|half[- ])?(?:brother|sister|father|mother|dad|mum|mom|son|daughter|wife|husband|"
    r"uncle|aunt|cousin|nephew|niece)(?:-in-law)?"
)
FRENCH = (
    r"(?:mon|ma)\s(?:(?:petite?|grande?|jeune|chère?|cher|vieux|vieille)\s)?(?:demi-|beau-|belle-|grand-|petit-|petite-)?"
    r"(?:frère|père|papa|fils|mari|époux|épouse|oncle|cousine?|neveu|s(?:œ|oe)ur|mère|maman|fille|femme|tante|nièce)"
    r"(?:\s(?:aînée?|ainée?|cadette?|jumeau|jumelle))?"
)
SPANISH = (
    r"mi\s(?:(?:querid[oa]|pequeñ[oa])\s)?(?:herman[oa]|hermanit[oa]|padre|madre|papá|mamá|hij[oa]|hijit[oa]|espos[oa]|"
    r"marido|mujer|t[íi][oa]|prim[oa]|sobrin[oa]|abuel[oa]|cuñad[oa]|suegr[oa])(?:\s(?:menor|mayor|pequeñ[oa]|gemel[oa]))?"
)
_AS_RUSSIAN = r"(?:(?:младш|старш|двоюродн|родн)[^\W\d_]{2,3}\s)?"
RUSSIAN = (
    rf"(?:мой\s{_AS_RUSSIAN}(?:брат|отец|папа|сын|муж|дядя|дедушка|племянник)|"
    rf"моя\s{_AS_RUSSIAN}(?:сестра|мать|мама|дочь|дочка|жена|т[её]тя|бабушка|племянница))"
)
RUSSIAN_DECLINED = (
    rf"(?:мо(?:его|ему)\s{_AS_RUSSIAN}(?:брат|отц|сын|муж)[ау]|мо(?:его|ему)\s{_AS_RUSSIAN}(?:пап|дяд|дедушк)[еиуыюя]|"
    rf"мо(?:ей|ю)\s{_AS_RUSSIAN}(?:(?:сестр|мам|дочк|жен|бабушк|т[её]т|племянниц)[аеиуыюя]|мать|матери|дочь|дочери))"
)
ARABIC = (
    r"(?:[أا]خي|[أا]ختي|والدي|والدتي|[أا]بي|[أا]مي|[إا]بني|[إا]بنتي|زوجي|زوجتي|عمي|عمتي|خالي|خالتي|"
    r"جدي|جدتي|[إا]بن (?:عمي|خالي|[أا]خي|[أا]ختي))"
)
_AS_HINDI = r"(?:(?:छोटे|छोटी|छोटा|बड़े|बड़ी|बड़ा)\s)?"
HINDI = (
    rf"(?:मेरे|मेरी|मेरा)\s{_AS_HINDI}(?:भाई|पिताजी|पिता|पापा|माताजी|माता|माँ|मां|मम्मी|बहन|बेटे|बेटा|बेटी|पति|पत्नी|"
    r"चाचा|चाची|मामा|मामी|दादा|दादी|नाना|नानी|भतीजे|भतीजा|भांजे)"
)

_AS_BENGALI = r"(?:(?:ছোট|বড়|বড়)\s)?"
_Y = "(?:\u09df|\u09af\u09bc)"
_OF_BENGALI = (
    rf"(?:ভাই|বোন|বাবা|মা|ছেলে|মে{_Y}ে|স্বামী|স্ত্রী|চাচা|মামা|কাকা|খালা|দাদা|দাদি|নানা|নানি|দিদি)",
    rf"(?:{_Y}ের|ের|র)",
)
BENGALI = rf"আমার\s{_AS_BENGALI}{_OF_BENGALI[0]}{_OF_BENGALI[1]}?(?:কে)?"
BENGALI_GENITIVE = rf"আমার\s{_AS_BENGALI}{_OF_BENGALI[0]}{_OF_BENGALI[1]}"

_OF = "brother|sister|mother|father|mum|mom|dad|son|daughter|wife|husband|uncle|aunt|cousin"
_DE = (
    "frère|sœur|soeur|mère|maman|père|papa|fils|fille|femme|épouse|mari|oncle|tante|cousine?",
    "herman[oa]|madre|mamá|padre|papá|hij[oa]|espos[oa]|t[íi][oa]|prim[oa]",
)
RELATIVE_OF = (
    rf"i(?:['’]|\sa)m\s(?:the\s)?(?:{_OF})\sof",
    rf"je\ssuis\s(?:la\s|le\s|l['’])?(?:{_DE[0]})\sde",
    rf"soy\s(?:la\s|el\s)?(?:{_DE[1]})\sde",
)
"""What stands before the name of a patient where their relative says who they are: "I am the sister of Paul"."""

FRIENDS = (
    r"my\s(?:best\s)?friend",
    r"(?:mon|ma)\s(?:meilleure?\s)?amie?",
    r"mi\samig[oa]",
    r"мой\sдруг|моя\sподруга",
)
"""Friends: they can be those it is for, and those who told of the clinic."""

_WITH = r"(?:with|avec|accompagnée?s?\s(?:de|par)|con|acompañad[oa]\s(?:de|por)|مع|برفقة)\s{1,2}"
_ALONG_BEHIND = (
    r"(?!\s(?:के|की)\sसाथ|\sসাথে|\sসঙ্গে|\s(?:(?:will|would|can|may)\s)?(?:also\s)?(?:comes?|travels?|accompan)|"
    r"\s(?:va\s)?(?:m['’]accompagn|venir|viendra|vient)|\s(?:me\s(?:va\sa\s)?acompañ|viene|vendrá|viaja)|"
    r"\s(?:тоже\s)?(?:поедет|приедет|едет)|\s(?:سيأتي|ستأتي|سيرافقني|سترافقني))"
)
_FAMILY = "|".join((ENGLISH, FRENCH, SPANISH, RUSSIAN, RUSSIAN_DECLINED, rf"[لو]?{ARABIC}", HINDI, BENGALI))
_FOR_A_FRIEND = (
    r"for\s(?:a|my)\s(?:\w{1,10}\s)?friend|pour\s(?:une?|mon|ma)\s(?:\w{1,10}\s)?amie?|para\s(?:una?|mi)\samig[oa]|"
    r"для\s(?:(?:моего|моей)\s)?(?:друга|подруги)|لصديق(?:ي|تي)|मेरे\sदोस्त\sके\sलिए|আমার\sবন্ধুর\sজন্য"
)
_RUSSIAN_ALONE = (
    r"(?:для|по\sповоду|насч[её]т|за|о|об|про)\s(?:сво(?:его|ей|ю|[её]м)\s)?(?:брата|брате|отца|отце|сына|сыне|мужа|муже|"
    r"сестр[ыеу]|мам[ыеу]|матери|мать|дочери|дочь|жен[ыеу]|пап[ыеу])|"
    r"(?:брату|сестре|отцу|папе|маме|матери|мужу|жене|сыну|дочери|дочке)\s[0-9]{1,3}\s(?:лет|год|года)|"
    r"(?:брат|сестра|мать|мама|отец|сын|дочь|жена|муж)\s(?:больного|больной|пациента|пациентки)"
)
_SPOKEN_OF = re.compile(
    rf"(?<!\w)(?:(?P<along>{_WITH})?(?:{_FAMILY}){END}{_ALONG_BEHIND}|(?:{_FOR_A_FRIEND}|{_RUSSIAN_ALONE}){END})",
    re.IGNORECASE,
)


def is_for_relative(text: str) -> bool:
    """Whether a message speaks of a relative who is not only said to come along, or asks for a friend."""
    return any(match["along"] is None for match in _SPOKEN_OF.finditer(text))
