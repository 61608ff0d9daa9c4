"""Invented people who ask: their names begin with the word for an example, their addresses are under example.org."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from estimator.requests import Person
from estimator.wording.injury import AGES


class Speaking(NamedTuple):
    """One language of the demonstration: how many ask in it, from where, and what they are called and write."""

    weight: int
    countries: Sequence[str]
    #: the word that every name begins with
    example: str
    names: Sequence[str]
    #: what they write with their request
    messages: Sequence[str]
    #: what they ask afterwards
    questions: Sequence[str]
    #: what they answer when the desk asks for an MRI
    answers: Sequence[str]


LANGUAGES: Mapping[str, Speaking] = {
    "en": Speaking(
        34,
        ("US", "GB", "NG", "KE", "CA", "AU", "ZA", "IE", "GH", "PH"),
        "Example",
        ("Amara", "Daniel", "Grace", "Joseph", "Mary", "Peter", "Ruth", "Samuel", "Tom", "Esther", "Liam"),
        (
            "Please tell me what the whole stay would cost, with my wife beside me.",
            "I use a wheelchair. Is the room wide enough?",
            "We would like to come after the rainy season.",
            "My doctor at home asks for the treatment plan in writing.",
        ),
        (
            "Is the airport transfer in the price?",
            "What happens if I have to stay longer in hospital?",
            "Can my brother sleep in the same room?",
            "Do I pay before I travel, or when I arrive?",
        ),
        ("I have sent the MRI to your address today.", "I have no MRI from this year. What shall I do?"),
    ),
    "ar": Speaking(
        20,
        ("AE", "SA", "EG", "IQ", "OM", "KW", "JO"),
        "مثال",
        ("أمينة", "خالد", "سارة", "يوسف", "ليلى", "عمر", "هدى", "حسن"),
        ("نريد أن نعرف التكلفة الكاملة مع مرافق واحد.", "أستخدم كرسيًا متحركًا. هل الغرفة واسعة؟"),
        ("هل النقل من المطار ضمن السعر؟", "ماذا ندفع إذا بقيت في المستشفى أيامًا أكثر؟"),
        ("أرسلت صور الرنين المغناطيسي اليوم.", "ليست لدي صور من هذا العام."),
    ),
    "fr": Speaking(
        10,
        ("FR", "CI", "SN", "MA", "CM", "BE"),
        "Exemple",
        ("Aminata", "Claire", "Jean", "Moussa", "Sophie", "Paul", "Nadia"),
        (
            "Nous voulons connaître le coût complet avant de décider.",
            "J’utilise un fauteuil roulant. La chambre est-elle assez large ?",
        ),
        (
            "Le transfert depuis l’aéroport est-il compris ?",
            "Que payons-nous si le séjour dure plus longtemps ?",
        ),
        ("J’ai envoyé l’IRM aujourd’hui.", "Je n’ai pas d’IRM de cette année."),
    ),
    "es": Speaking(
        16,
        ("MX", "CO", "ES", "PE", "EC", "GT"),
        "Ejemplo",
        ("Carlos", "Elena", "José", "Lucía", "Marta", "Pablo", "Rosa", "Diego"),
        (
            "Queremos saber el costo completo con un acompañante.",
            "Uso silla de ruedas. ¿La habitación es lo bastante ancha?",
        ),
        (
            "¿El traslado desde el aeropuerto está incluido?",
            "¿Qué pagamos si la estancia dura más?",
        ),
        ("Hoy envié la resonancia.", "No tengo una resonancia de este año."),
    ),
    "ru": Speaking(
        8,
        ("KZ", "RU", "UZ", "KG"),
        "Пример",
        ("Анна", "Иван", "Мария", "Олег", "Елена", "Тимур"),
        (
            "Хотим знать полную стоимость с одним сопровождающим.",
            "Я на инвалидной коляске. Достаточно ли широкая палата?",
        ),
        ("Входит ли встреча в аэропорту в цену?", "Сколько мы платим, если останемся дольше?"),
        ("Я отправил снимки МРТ сегодня.", "Снимков за этот год у меня нет."),
    ),
    "hi": Speaking(
        6,
        ("IN", "NP"),
        "उदाहरण",
        ("अमित", "सुनीता", "राजेश", "पूजा", "विजय"),
        ("कृपया पूरा खर्च बताएँ, एक साथी के साथ।", "मैं व्हीलचेयर पर हूँ। क्या कमरा काफ़ी चौड़ा है?"),
        ("क्या हवाई अड्डे से लाना दाम में शामिल है?", "ज़्यादा दिन रुकना पड़े तो कितना देना होगा?"),
        ("मैंने आज एमआरआई भेज दिया है।", "मेरे पास इस साल का एमआरआई नहीं है।"),
    ),
    "bn": Speaking(
        6,
        ("BD",),
        "উদাহরণ",
        ("রহিম", "সালমা", "করিম", "নাসরিন", "জাহিদ"),
        ("একজন সঙ্গীসহ পুরো খরচ জানতে চাই।", "আমি হুইলচেয়ার ব্যবহার করি। ঘরটা কি যথেষ্ট চওড়া?"),
        ("বিমানবন্দর থেকে আনা কি দামের মধ্যে?", "বেশি দিন থাকতে হলে কত দিতে হবে?"),
        ("আজ এমআরআই পাঠিয়েছি।", "এ বছরের এমআরআই আমার কাছে নেই।"),
    ),
}
"""Who asks, by the language that they ask in."""

DOMAIN = "example.org"


class Asking(NamedTuple):
    """Somebody invented who asks, for themselves or for somebody else."""

    person: Person
    country: str
    language: str
    for_whom: str

    @property
    def speaking(self) -> Speaking:
        """What people of their language write."""
        return LANGUAGES[self.language]


def somebody(random: Random, number: int, offered: Sequence[str]) -> Asking:
    """Invent the somebody of a number, who speaks one of the languages that an installation offers."""
    tags = [tag for tag in LANGUAGES if tag in offered] or ["en"]
    language = random.choices(tags, [LANGUAGES[tag].weight for tag in tags])[0]
    known = LANGUAGES[language]
    # The first countries of each language are where most of them live.
    country = known.countries[min(int(random.expovariate(0.6)), len(known.countries) - 1)]
    for_other = random.random() < 0.45
    name, other = (f"{known.example} {each}" for each in random.sample(list(known.names), 2))
    told = random.random() < 0.7
    person = Person(
        full_name=name,
        email=f"example.{number:04d}@{DOMAIN}",
        phone=None,
        message=random.choice(known.messages) if random.random() < 0.6 else "",
        patient_name=other if for_other else None,
        injury_level=random.choice(["C5", "C6", "T4", "T6", "T10", "T12", "L1"]) if told else None,
        injury_completeness=random.choice(["A", "B", "C", "D", "unknown"]) if told else None,
        age_group=random.choice([age for age in AGES if age not in ("0-17", "70+")]) if told else None,
    )
    return Asking(person, country, language, "other" if for_other else "self")
