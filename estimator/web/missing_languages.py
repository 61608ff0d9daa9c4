"""One sentence for readers whose language is missing, in that language.

The languages are those with the most speakers, first and second language together, after the list of Ethnologue, as far
as browsers ask for them, some more with tens of millions, and the seven that the product has, of which an administrator
may leave some out. The sentences were written for this table; each says of its language what the English one says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur"})

SENTENCES: Mapping[str, str] = {
    "am": "ይህ ገጽ በአማርኛ አይገኝም።",
    "ar": "هذه الصفحة غير متوفرة باللغة العربية.",
    "bn": "এই পৃষ্ঠাটি বাংলায় পাওয়া যায় না।",
    "de": "Diese Seite gibt es nicht auf Deutsch.",
    "en": "This page is not available in English.",
    "es": "Esta página no está disponible en español.",
    "fa": "این صفحه به فارسی در دسترس نیست.",
    "fil": "Walang bersiyong Filipino ang pahinang ito.",
    "fr": "Cette page n’est pas disponible en français.",
    "gu": "આ પાનું ગુજરાતીમાં ઉપલબ્ધ નથી.",
    "ha": "Babu wannan shafi a harshen Hausa.",
    "hi": "यह पृष्ठ हिन्दी में उपलब्ध नहीं है।",
    "id": "Halaman ini tidak tersedia dalam bahasa Indonesia.",
    "it": "Questa pagina non è disponibile in italiano.",
    "ja": "このページの日本語版はありません。",
    "jv": "Kaca iki ora ana ing basa Jawa.",
    "kn": "ಈ ಪುಟ ಕನ್ನಡದಲ್ಲಿ ಲಭ್ಯವಿಲ್ಲ.",
    "ko": "이 페이지는 한국어로 제공되지 않습니다.",
    "ml": "ഈ താൾ മലയാളത്തിൽ ലഭ്യമല്ല.",
    "mr": "हे पान मराठीत उपलब्ध नाही.",
    "my": "ဤစာမျက်နှာကို မြန်မာဘာသာဖြင့် မရရှိနိုင်ပါ။",
    "nl": "Deze pagina is niet beschikbaar in het Nederlands.",
    "or": "ଏହି ପୃଷ୍ଠା ଓଡ଼ିଆରେ ଉପଲବ୍ଧ ନାହିଁ।",
    "pa": "ਇਹ ਪੰਨਾ ਪੰਜਾਬੀ ਵਿੱਚ ਉਪਲਬਧ ਨਹੀਂ ਹੈ।",
    "pl": "Ta strona nie jest dostępna po polsku.",
    "pt": "Esta página não está disponível em português.",
    "ro": "Această pagină nu este disponibilă în română.",
    "ru": "Эта страница недоступна на русском языке.",
    "sw": "Ukurasa huu haupatikani kwa Kiswahili.",
    "ta": "இந்தப் பக்கம் தமிழில் இல்லை.",
    "te": "ఈ పేజీ తెలుగులో అందుబాటులో లేదు.",
    "th": "หน้านี้ไม่มีภาษาไทย",
    "tr": "Bu sayfa Türkçe olarak mevcut değil.",
    "uk": "Ця сторінка недоступна українською мовою.",
    "ur": "یہ صفحہ اردو میں دستیاب نہیں ہے۔",
    "uz": "Bu sahifa oʻzbek tilida mavjud emas.",
    "vi": "Trang này không có bằng tiếng Việt.",
    "zh": "本页面没有中文版。",
    "zh-Hant": "本頁面沒有中文版。",
}
"""The sentence in each language, by its tag."""

_OTHER_TAGS = {"tl": "fil", "in": "id", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant"}


@dataclass(frozen=True)
class Said:
    """The sentence of a language, with its tag and direction."""

    text: str
    language: str
    direction: str


def said(wanted: str) -> Said | None:
    """Return the sentence for a language that a browser asks for, in any of its varieties; None if there is none."""
    asked = wanted.lower().replace("_", "-")
    base = asked.partition("-")[0]
    tag = "zh-Hant" if asked.startswith("zh-hant") else _OTHER_TAGS.get(asked, _OTHER_TAGS.get(base, base))
    if tag not in SENTENCES:
        return None
    return Said(SENTENCES[tag], tag, "rtl" if tag in RIGHT_TO_LEFT else "ltr")
