"""The templates of messages that a clinic begins with, until it changes them: calm, and in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Shipped(NamedTuple):
    """One template: its name for staff, whether the request then waits, and its words by language."""

    name: str
    waits: bool
    texts: Mapping[str, str]


SHIPPED: Mapping[str, Shipped] = {
    "received": Shipped(
        "We have received your request",
        waits=False,
        texts={
            "en": "Dear {name},\n\nwe have received your request {reference}. We are reading it, and "
            "answer on this page. You need not do anything now.",
            "ar": "مرحبًا {name}،\n\nوصلنا طلبك {reference}. نقرؤه الآن، وسنجيب في هذه الصفحة. لا "
            "يلزمك فعل أي شيء الآن.",
            "fr": "Bonjour {name},\n\nnous avons bien reçu votre demande {reference}. Nous la lisons "
            "et vous répondrons sur cette page. Vous n’avez rien à faire pour l’instant.",
            "es": "Hola, {name}:\n\nHemos recibido su solicitud {reference}. La estamos leyendo y le "
            "responderemos en esta página. Ahora no tiene que hacer nada.",
            "ru": "Здравствуйте, {name}!\n\nМы получили вашу заявку {reference}. Мы читаем её и "
            "ответим на этой странице. Сейчас вам ничего делать не нужно.",
            "hi": "नमस्ते {name},\n\nहमें आपका अनुरोध {reference} मिल गया है। हम उसे पढ़ रहे हैं और "
            "इसी पेज पर जवाब देंगे। अभी आपको कुछ करना ज़रूरी नहीं है।",
            "bn": "প্রিয় {name},\n\nআমরা আপনার অনুরোধ {reference} পেয়েছি। আমরা এটি পড়ছি এবং এই "
            "পাতায় উত্তর দেব। এখন আপনাকে কিছু করতে হবে না।",
        },
    ),
    "mri": Shipped(
        "We need your MRI",
        waits=True,
        texts={
            "en": "Dear {name},\n\nto prepare your quote we need your latest MRI, the pictures and the "
            "report. Please write here how you can send them, or that you have none. There is no "
            "hurry.",
            "ar": "مرحبًا {name}،\n\nلإعداد عرض السعر نحتاج إلى آخر صور رنين مغناطيسي لديك مع التقرير. "
            "اكتب لنا هنا كيف يمكنك إرسالها، أو أنها ليست لديك. لا داعي للعجلة.",
            "fr": "Bonjour {name},\n\npour préparer votre devis, il nous faut votre dernière IRM, les "
            "images et le compte rendu. Écrivez-nous ici comment vous pouvez les envoyer, ou que "
            "vous n’en avez pas. Rien ne presse.",
            "es": "Hola, {name}:\n\nPara preparar su cotización necesitamos su última resonancia "
            "magnética, las imágenes y el informe. Escríbanos aquí cómo puede enviarlas, o que no "
            "tiene. No hay prisa.",
            "ru": "Здравствуйте, {name}!\n\nЧтобы подготовить предложение, нам нужна ваша последняя "
            "МРТ: снимки и заключение. Напишите здесь, как вы можете их прислать, или что их нет. "
            "Спешить не нужно.",
            "hi": "नमस्ते {name},\n\nआपका कोटेशन तैयार करने के लिए हमें आपका सबसे नया एमआरआई चाहिए, "
            "तस्वीरें और रिपोर्ट दोनों। यहाँ लिखें कि आप उन्हें कैसे भेज सकते हैं, या कि आपके पास "
            "नहीं है। कोई जल्दी नहीं है।",
            "bn": "প্রিয় {name},\n\nআপনার মূল্যপ্রস্তাব তৈরি করতে আপনার সর্বশেষ এমআরআই দরকার, ছবি ও "
            "রিপোর্ট দুটোই। কীভাবে পাঠাতে পারেন, বা আপনার কাছে নেই কি না, এখানে লিখুন। তাড়া নেই।",
        },
    ),
    "preparing": Shipped(
        "We are preparing your quote",
        waits=False,
        texts={
            "en": "Dear {name},\n\nthank you. We have what we need, and are preparing your quote. We "
            "write to you when it is ready.",
            "ar": "مرحبًا {name}،\n\nشكرًا لك. لدينا ما نحتاج إليه، ونعدّ عرض السعر. سنكتب إليك عندما "
            "يكون جاهزًا.",
            "fr": "Bonjour {name},\n\nmerci. Nous avons ce qu’il nous faut et préparons votre devis. "
            "Nous vous écrirons quand il sera prêt.",
            "es": "Hola, {name}:\n\nGracias. Tenemos lo que necesitamos y estamos preparando su "
            "cotización. Le escribiremos cuando esté lista.",
            "ru": "Здравствуйте, {name}!\n\nСпасибо. У нас есть всё, что нужно, и мы готовим "
            "предложение. Мы напишем вам, когда оно будет готово.",
            "hi": "नमस्ते {name},\n\nधन्यवाद। हमारे पास ज़रूरी जानकारी है और हम आपका कोटेशन तैयार कर "
            "रहे हैं। तैयार होने पर हम आपको लिखेंगे।",
            "bn": "প্রিয় {name},\n\nধন্যবাদ। যা দরকার তা আমাদের কাছে আছে, আমরা আপনার মূল্যপ্রস্তাব "
            "তৈরি করছি। তৈরি হলে আপনাকে লিখব।",
        },
    ),
}
"""The templates by their codes."""
