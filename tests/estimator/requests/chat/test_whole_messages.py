"""Whole messages as people write them to a clinic: all that is read of each, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from estimator.requests.chat import message

LANGUAGES = ("en", "ar", "fr", "es", "ru", "hi", "bn")

MESSAGES: list[tuple[str, dict[str, Any]]] = [
    (
        "Здравствуйте! Меня зовут Елена Соколова, пишу вам из Казахстана. Мой младший брат Артём "
        "после ДТП в августе 2023 года не ходит, травма позвоночника Th10-Th11, ASIA A. Ему 29 лет. "
        "Сколько стоит лечение стволовыми клетками? Мы хотели бы приехать в феврале. Мой ватсап: +7 "
        "701 234 56 78",
        {
            "numbers": ("+7 701 234 5678",),
            "language": "ru",
            "dates": ("2023-08", "2027-02"),
            "names": ("Елена Соколова",),
            "patients": ("Артём",),
            "levels": ("T10", "T11"),
            "ages": (29,),
            "completeness": ("A",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "Добрый день. Я пишу по поводу брата. Он упал с высоты в 2021 году, повреждение спинного "
        "мозга Т4, неполное. Делали операцию в марте 2022. МРТ от 12.05.2026. Можно узнать цену трёх "
        "уколов? Ответьте, пожалуйста, на почту elena.s@example.org. С уважением, Елена",
        {
            "emails": ("elena.s@example.org",),
            "language": "ru",
            "dates": ("2021",),
            "names": ("Елена",),
            "sessions": ("3",),
            "levels": ("T4",),
            "completeness": ("incomplete",),
            "ways": ("email",),
            "for_other": True,
        },
    ),
    (
        "здравствуйте это Анна сестра больного. брату 34 года, инвалид с 2019 года, нырнул и сломал "
        "шею, С5 полное. сколько будет стоить 2-3 сеанса? можем прилететь в марте или апреле. мой муж "
        "поедет с нами. тел 8 916 123 45 67 Россия",
        {
            "numbers": ("+7 916 123-45-67",),
            "language": "ru",
            "dates": ("2027-03", "2027-04", "2019"),
            "sessions": ("2", "3"),
            "countries": ("RU",),
            "levels": ("C5",),
            "ages": (34,),
            "completeness": ("A",),
            "for_other": True,
        },
    ),
    (
        "Добрый вечер! Моему брату Сергею Петрову 41 год. Получил травму 14 марта 2024 г., с тех пор "
        "на коляске. Я живу в Германии, он в Узбекистане. Перезвоните мне, пожалуйста, после 18:00 по "
        "номеру +49 151 23456789. Не пишите на почту.",
        {
            "numbers": ("+49 1512 3456789",),
            "language": "ru",
            "dates": ("2024-03",),
            "ages": (41,),
            "ways": ("telephone",),
            "for_other": True,
        },
    ),
    (
        "Здравствуйте, доктор. Брата прооперировали в Москве 3 июня 2025, сказали что шансов мало. "
        "Авария была 1.06.2025. Уровень L1. Какие документы нужны? Когда можно приехать? Спасибо. "
        "Ирина Ковалёва",
        {"language": "ru", "dates": ("2025-06",), "names": ("Ирина Ковалёва",), "levels": ("L1",)},
    ),
    (
        "Меня зовут Гульнара. Мой брат Тимур (1990 г.р.) парализован уже 5 лет. Он родился "
        "12.04.1990. Бюджет 15000 у.е. Пишите в телеграм или на WhatsApp +998 90 123 45 67. Мы были у "
        "вас в Дели в мае, но не получили ответа.",
        {
            "numbers": ("+998 90 123 45 67",),
            "language": "ru",
            "names": ("Гульнара",),
            "patients": ("Тимур",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "नमस्ते सर, मेरा नाम राहुल शर्मा है, मैं लखनऊ से हूँ। मेरे छोटे भाई अमित को 2022 में बाइक "
        "एक्सीडेंट में रीढ़ की हड्डी में चोट लगी, T12, अपूर्ण। उम्र 26 साल। 3 इंजेक्शन का कितना खर्च "
        "आएगा? हम मार्च में आना चाहते हैं। मेरा व्हाट्सएप नंबर 98765 43210 है।",
        {
            "language": "hi",
            "dates": ("2027-03", "2022"),
            "names": ("राहुल शर्मा",),
            "sessions": ("3",),
            "levels": ("T12",),
            "ages": (26,),
            "completeness": ("incomplete",),
            "ways": ("whatsapp",),
            "for_other": True,
            "waits_for_country": True,
        },
    ),
    (
        "डॉक्टर साहब मैं अपने पति के लिए पूछ रही हूँ। वे 45 साल के हैं। 14/03/2024 को छत से गिर गए "
        "थे। दो या तीन सत्र लगेंगे क्या? कृपया मुझे फोन करें 9876543210। सुनीता देवी, पटना",
        {
            "language": "hi",
            "dates": ("2024-03",),
            "sessions": ("2", "3"),
            "ages": (45,),
            "ways": ("telephone",),
            "waits_for_country": True,
        },
    ),
    (
        "मेरे पिताजी का नाम रामेश्वर प्रसाद है, उनकी उम्र 62 है। 2019 से व्हीलचेयर पर हैं। MRI जनवरी "
        "2026 में हुआ था। ईमेल से जवाब दें: suresh.p@example.in",
        {
            "emails": ("suresh.p@example.in",),
            "language": "hi",
            "dates": ("2019",),
            "patients": ("रामेश्वर प्रसाद",),
            "ages": (62,),
            "ways": ("email",),
            "for_other": True,
        },
    ),
    (
        "नमस्कार, क्या यह इलाज फ़रवरी में संभव है? मेरी बहन की उम्र 31 साल है और C6 की पूर्ण चोट है। "
        "हम नेपाल से हैं। फोन मत कीजिए, व्हाट्सऐप पर लिखें +977 981 2345678",
        {
            "numbers": ("+977 981-2345678",),
            "language": "hi",
            "dates": ("2027-02",),
            "countries": ("NP",),
            "levels": ("C6",),
            "ages": (31,),
            "completeness": ("A",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "मैं 28 साल का हूँ। 5 साल पहले गिर गया था। मेरे दोस्त ने आपके बारे में बताया। मेरी पत्नी के "
        "साथ आऊँगा। खर्च बताइए। धन्यवाद। विकास",
        {"language": "hi", "ages": (28,)},
    ),
    (
        "हैलो मेरा नाम प्रिया है और मैं दुबई में रहती हूं मेरे भाई का नाम विक्रम सिंह है उनका "
        "एक्सीडेंट अगस्त 2024 में हुआ था ASIA B 2 इंजेक्शन चाहिए",
        {
            "language": "hi",
            "dates": ("2024-08",),
            "names": ("प्रिया",),
            "sessions": ("2",),
            "patients": ("विक्रम सिंह",),
            "completeness": ("B",),
            "for_other": True,
        },
    ),
    (
        "السلام عليكم، اسمي فاطمة الزهراء وأكتب لكم بخصوص أخي محمد، عمره 27 سنة. تعرض لحادث سيارة في "
        "عام 2022 وإصابته في النخاع الشوكي T10 كاملة. كم تكلفة ثلاث جلسات؟ نريد السفر في فبراير. رقم "
        "الواتساب: +20 100 123 4567",
        {
            "numbers": ("+20 10 01234567",),
            "language": "ar",
            "dates": ("2027-02", "2022"),
            "names": ("فاطمة الزهراء",),
            "sessions": ("3",),
            "levels": ("T10",),
            "ages": (27,),
            "completeness": ("A",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "مرحبا دكتور، والدي عمره ٥٨ سنة، سقط من السلم في مارس 2025، إصابة L1 غير كاملة. أجرى عملية في "
        "أبريل 2025. هل يمكن القدوم في يناير؟ أرجو الرد على الإيميل ahmad.k@example.com وشكرا. أحمد "
        "خليل",
        {
            "emails": ("ahmad.k@example.com",),
            "language": "ar",
            "dates": ("2025-03", "2027-01"),
            "levels": ("L1",),
            "ages": (58,),
            "completeness": ("incomplete",),
            "ways": ("email",),
            "for_other": True,
        },
    ),
    (
        "السلام عليكم انا من السعودية ابي اعرف سعر جلستين لزوجتي، مشلولة من 2020، الفقرة T6. تواصلوا "
        "معي على الواتس 0501234567",
        {
            "language": "ar",
            "sessions": ("2",),
            "levels": ("T6",),
            "ways": ("whatsapp",),
            "for_other": True,
            "waits_for_country": True,
        },
    ),
    (
        "أخي وليد مواليد 12/04/1990، أصيب في 05/09/2023. صورة الرنين بتاريخ 10/10/2026. لا تتصلوا بي، "
        "راسلوني على واتساب فقط.",
        {"language": "ar", "dates": ("2023-09", "2023-05"), "ways": ("whatsapp",), "for_other": True},
    ),
    (
        "اسمي محمد وليد الشمري من العراق، ابني يوسف عمره 9 سنوات، أصيب بشلل نصفي منذ 2024 بعد حادث. "
        "نرغب بالحضور في شباط أو آذار. سأحضر مع زوجتي. اتصلوا بي على +964 770 123 4567",
        {
            "numbers": ("+964 770 123 4567",),
            "language": "ar",
            "dates": ("2024",),
            "names": ("محمد وليد الشمري",),
            "countries": ("IQ",),
            "ages": (9,),
            "ways": ("telephone",),
            "for_other": True,
        },
    ),
    (
        "مساء الخير، معكم سارة من الجزائر. أختي نادية تعرضت لحادث يوم 14 جوان 2024، الإصابة C5 . نحب "
        "نجيو في فيفري إن شاء الله. الهاتف 0550 12 34 56",
        {
            "numbers": ("+213 550 12 34 56",),
            "language": "ar",
            "dates": ("2024-06",),
            "countries": ("DZ",),
            "levels": ("C5",),
            "for_other": True,
        },
    ),
    (
        "Hola, soy Lucía Fernández de Guadalajara, México. Mi hermano Carlos tuvo un accidente de "
        "moto el 12 ago 2024 y quedó parapléjico, lesión T8 completa. Tiene 33 años. ¿Cuánto cuestan "
        "3 aplicaciones? Queremos ir en febrero. Mi WhatsApp es +52 33 1234 5678",
        {
            "numbers": ("+52 33 1234 5678",),
            "language": "es",
            "dates": ("2024-08", "2027-02"),
            "names": ("Lucía Fernández", "Lucía Fernández de Guadalajara"),
            "sessions": ("3",),
            "countries": ("MX",),
            "patients": ("Carlos",),
            "levels": ("T8",),
            "ages": (33,),
            "completeness": ("A",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "Buenas tardes doctor, le escribe Juan MARTÍNEZ. Mi hija Sofía está en silla de ruedas desde "
        "2019. Nació el 03/04/2008. La resonancia es de enero de 2026. Por favor respóndame por "
        "correo: juan.mtz@ejemplo.com",
        {
            "emails": ("juan.mtz@ejemplo.com",),
            "language": "es",
            "dates": ("2019",),
            "names": ("Juan MARTÍNEZ",),
            "patients": ("Sofía",),
            "ways": ("email",),
            "for_other": True,
        },
    ),
    (
        "Buenos días. Mi mamá se llama Rosa Elena Gutiérrez, 61 años, se cayó en marzo del año "
        "pasado, lesión L2 incompleta. ¿Podemos viajar en enero o febrero? Llámeme al +57 301 234 "
        "5678, no me escriba por WhatsApp",
        {
            "numbers": ("+57 301 2345678",),
            "language": "es",
            "dates": ("2025-03", "2027-01", "2027-02"),
            "patients": ("Rosa Elena Gutiérrez",),
            "levels": ("L2",),
            "ages": (61,),
            "completeness": ("incomplete",),
            "ways": ("telephone",),
            "for_other": True,
        },
    ),
    (
        "hola soy de colombia mi esposo tuvo un accidente en 2021 lesion c5 c6 asia a cuanto vale el "
        "tratamiento y cuantas sesiones dos o tres gracias carolina",
        {"language": "es", "dates": ("2021",), "for_other": True},
    ),
    (
        "Buen día, me llamo Pedro y tengo 45 años. Hace 5 años me caí. Mi amigo me habló de ustedes. "
        "Me operaron en junio de 2022 y en octubre empecé fisioterapia. ¿Cuánto cuesta una sesión? "
        "Viajaría con mi esposa. Saludos, Pedro Ramírez",
        {"language": "es", "names": ("Pedro", "Pedro Ramírez"), "ages": (45,)},
    ),
    (
        "Aquí Andrés Gómez, escribo desde Perú. Es para mi primo Luis Alberto QUISPE, D12, ASIA C. "
        "¿Es posible ir en mayo? Tel. 987 654 321",
        {
            "numbers": ("+51 987 654 321",),
            "language": "es",
            "dates": ("2027-05",),
            "names": ("Andrés Gómez",),
            "countries": ("PE",),
            "patients": ("Luis Alberto QUISPE",),
            "levels": ("T12",),
            "completeness": ("C",),
            "for_other": True,
        },
    ),
    (
        "আসসালামু আলাইকুম, আমার নাম রহিমা খাতুন। আমার ছোট ভাই করিম ২০২১ সালে সড়ক দুর্ঘটনায় আহত হয়, "
        "T10, সম্পূর্ণ আঘাত। বয়স ২৯। ৩টি ইনজেকশনের খরচ কত? আমরা ফেব্রুয়ারিতে আসতে চাই। আমার "
        "হোয়াটসঅ্যাপ নম্বর +880 1712 345678",
        {
            "numbers": ("+880 1712-345678",),
            "language": "bn",
            "dates": ("2027-02", "2021"),
            "names": ("রহিমা খাতুন",),
            "sessions": ("3",),
            "levels": ("T10",),
            "ages": (29,),
            "completeness": ("A",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "নমস্কার ডাক্তারবাবু, আমি কলকাতা থেকে লিখছি। আমার বাবার বয়স ৬০ বছর, ২০১৯ থেকে হুইলচেয়ারে। "
        "অপারেশন হয়েছিল মার্চ ২০২০। ইমেইলে জানাবেন: s.das@example.com। সুমন দাস",
        {
            "emails": ("s.das@example.com",),
            "language": "bn",
            "dates": ("2019",),
            "ages": (60,),
            "ways": ("email",),
            "for_other": True,
        },
    ),
    (
        "আমার স্বামীর জন্য জানতে চাই। ১৪/০৩/২০২৪ তারিখে ছাদ থেকে পড়ে গিয়েছিলেন। L1, আংশিক আঘাত। দুই "
        "বা তিনটি সেশন লাগবে? দয়া করে আমাকে ফোন করুন ০১৭১২৩৪৫৬৭৮ (বাংলাদেশ)",
        {
            "numbers": ("+880 1712-345678",),
            "language": "bn",
            "dates": ("2024-03",),
            "sessions": ("2", "3"),
            "countries": ("BD",),
            "levels": ("L1",),
            "completeness": ("incomplete",),
            "ways": ("telephone",),
            "for_other": True,
        },
    ),
    (
        "আমার ভাইয়ের নাম রহিম উদ্দিন, জন্ম ১২/০৪/১৯৯০। এমআরআই জানুয়ারি ২০২৬। আমরা মার্চ মাসে আসতে পারি কি?",
        {"language": "bn", "dates": ("2027-03",), "patients": ("রহিম উদ্দিন",), "for_other": True},
    ),
    (
        "হ্যালো, আমি ৩৫ বছর বয়সী। ৫ বছর আগে গাছ থেকে পড়ে যাই। আমার বন্ধু আপনাদের কথা বলেছে। ফোন "
        "করবেন না, হোয়াটসঅ্যাপে লিখুন। বাজেট ৫ লাখ টাকা",
        {"language": "bn", "ages": (35,), "ways": ("whatsapp",)},
    ),
    (
        "আমার মেয়ে আয়েশা ২০২৩ সালের আগস্টে দুর্ঘটনায় পঙ্গু হয়েছে, C5, ASIA B। বয়স ১৪। মোট ৯০০০ "
        "ইউএসডি আছে। ফেব্রুয়ারি মাসে কি সম্ভব? ধন্যবাদ, ফাতেমা বেগম",
        {
            "language": "bn",
            "dates": ("2023-08", "2027-02"),
            "levels": ("C5",),
            "ages": (14,),
            "completeness": ("B",),
            "for_other": True,
        },
    ),
    (
        "Bonsoir docteur, c'est Aminata Ndiaye. Mon mari Ibrahima SOW, 42 ans, a eu un accident de la "
        "route en juin 2024. Lésion T12 incomplète. Combien pour 3 injections ? On voudrait venir en "
        "janvier. Mon WhatsApp : 77 512 34 56 (Sénégal)",
        {
            "numbers": ("+221 77 512 34 56",),
            "language": "fr",
            "dates": ("2024-06", "2027-01"),
            "names": ("Aminata Ndiaye",),
            "sessions": ("3",),
            "countries": ("SN",),
            "patients": ("Ibrahima SOW",),
            "levels": ("T12",),
            "ages": (42,),
            "completeness": ("incomplete",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "Bonjour, je suis la sœur de Karim Benali. Il est né le 12/04/1990 et paralysé depuis 2019. "
        "IRM du 10/10/2026. Merci de me répondre par mail : sarah.b@exemple.fr. Cordialement, Sarah "
        "Benali",
        {
            "emails": ("sarah.b@exemple.fr",),
            "language": "fr",
            "dates": ("2019",),
            "names": ("Sarah Benali",),
            "patients": ("Karim Benali",),
            "ways": ("email",),
        },
    ),
    (
        "Je suis Algérien, j'ai 33 ans, je suis tombé d'un toit il y a 5 ans. Votre WhatsApp +91 "
        "98765 43210 ne marche pas. En mai j'ai écrit à un hôpital à Paris. Est-ce possible au mois "
        "de mars ?",
        {
            "numbers": ("+91 98765 43210",),
            "language": "fr",
            "dates": ("2027-03",),
            "countries": ("DZ",),
            "ages": (33,),
        },
    ),
    (
        "Bonjour Docteur Sharma, merci pour votre devis du 12/11/2026. Mon frère préfère 2 séances. "
        "Nous avons obtenu le visa le 20/11/2026 et arriverons le 15 janvier. Merci, Jean",
        {"language": "fr", "dates": ("2027-01",), "sessions": ("2",), "for_other": True},
    ),
    (
        "Hello Sir, I am Indian living in Dubai. My elder brother Rajesh KUMAR met with an accident "
        "on 14th March 2024, T10 complete, he is 34 years old. We can travel in Jan or Feb. WhatsApp "
        "+971 50 123 4567",
        {
            "numbers": ("+971 50 123 4567",),
            "language": "en",
            "dates": ("2024-03", "2027-01", "2027-02"),
            "patients": ("Rajesh KUMAR",),
            "levels": ("T10",),
            "ages": (34,),
            "completeness": ("A",),
            "ways": ("whatsapp",),
            "for_other": True,
        },
    ),
    (
        "Good morning. This is Sarah from London. My dad fell in 2022 and has been in a wheelchair "
        "since. He had surgery in Dec 2022 and two sessions in Bangkok in May. What would 3 "
        "injections cost? Email me at sarah.j@example.co.uk",
        {
            "emails": ("sarah.j@example.co.uk",),
            "language": "en",
            "dates": ("2022",),
            "names": ("Sarah",),
            "sessions": ("2", "3"),
            "ways": ("email",),
            "for_other": True,
        },
    ),
    (
        "Hi, my son James was born on 3 May 2010 and was injured in a diving accident last August. He "
        "is 16. Could we come next summer? Please don't call, text me on WhatsApp: +44 7700 900123. "
        "Thanks, Mary",
        {
            "language": "en",
            "dates": ("2026-08",),
            "patients": ("James",),
            "ways": ("whatsapp",),
            "for_other": True,
            "impossible": ("+44 7700 900123",),
        },
    ),
    (
        "Hi doc. Mike here. My T4 injury happened on Aug 12, 2023. I finished rehab in March. My "
        "brother will come with me. I saw your price from January 2025. How much are four injections "
        "in April?",
        {"language": "en", "dates": ("2023-08",), "sessions": ("4",), "levels": ("T4",)},
    ),
    (
        "Здравствуйте, сестре 30 лет, в марте 2025 она попала в аварию, в апреле ей сделали операцию. "
        "В мае мы писали вам, но ответа не было. Можем приехать к концу января. Мария",
        {"language": "ru", "dates": ("2025-03", "2027-01"), "ages": (30,), "for_other": True},
    ),
    (
        "Доброе утро! Мой брат Азамат с 2020 года живёт в Алматы, травма была 5 мая 2024 года. Он "
        "работает с 2018 года в банке. Хотим на март.",
        {"language": "ru", "dates": ("2024-05", "2027-03"), "patients": ("Азамат",), "for_other": True},
    ),
    (
        "مرحبا، أخي عمره 30 سنة، يعمل في دبي منذ 2018، تعرض لحادث في 2023 وأجرى عملية في 2024. زرنا "
        "مستشفى في يونيو. متى يمكننا الحضور؟ ربما في مارس",
        {"language": "ar", "dates": ("2023",), "ages": (30,), "for_other": True},
    ),
    (
        "नमस्ते, भाई 2018 से दुबई में काम करता है। 2024 में गिर गया था। जून में हम एक अस्पताल गए थे। "
        "अप्रैल में ऑपरेशन हुआ। हम जनवरी में आ सकते हैं?",
        {"language": "hi", "dates": ("2027-01", "2024")},
    ),
    (
        "নমস্কার, আমার ভাই ২০১৮ থেকে দুবাইতে কাজ করে। ২০২৪ সালে পড়ে গিয়ে আঘাত পায়। জুন মাসে "
        "অপারেশন হয়। মে মাসে আমরা একটি হাসপাতালে গিয়েছিলাম। জানুয়ারিতে আসতে পারি?",
        {"language": "bn", "dates": ("2027-01", "2024"), "for_other": True},
    ),
    (
        "Hola, mi hermano trabaja en Madrid desde 2018. El accidente fue en julio de 2024 y en agosto "
        "lo operaron. En mayo visitamos un hospital. ¿Podríamos ir a finales de enero? Saludos "
        "cordiales\nMaría José Pérez",
        {
            "language": "es",
            "dates": ("2024-07", "2027-01"),
            "names": ("María José Pérez",),
            "for_other": True,
        },
    ),
]


@pytest.mark.parametrize(("text", "expected"), MESSAGES)
def test_of_a_whole_message_everything_is_read_that_it_says_plainly_and_nothing_else(
    text: str, expected: dict[str, Any]
) -> None:
    found = message.look(text, country="", languages=LANGUAGES, today=date(2026, 11, 30))
    read = {
        **vars(found),
        "numbers": tuple(number.text for number in found.numbers),
        "dates": tuple(when.month for when in found.dates),
    }
    assert {name: value for name, value in read.items() if value} == expected
